-- One row per request through Helicone, in disjoint token buckets: its latest version.
-- prompt_tokens of the log excludes what was read from or written to the provider's prompt cache.
{%- set no_id = "'00000000-0000-0000-0000-000000000000'" %}
with source as (
    -- bodies are left behind here: wide, and not needed
    select
        coalesce(nullif(request_id, ''), response_id) as request_id,
        request_created_at,
        response_created_at,
        coalesce(status, response_status) as status,
        case
            when status is not null and response_status is null
                then cast(
                    cast(cost as decimal(20, 0)) * cast(0.000000001 as decimal(10, 9))
                    as decimal(38, 12)
                )
            when response_status is not null and status is null then cast(cost as decimal(38, 12))
        end as cost_by_shape,
        cast(cost_usd as decimal(38, 12)) as stated_cost_usd,
        coalesce(
            nullif(model, ''), nullif(model_override, ''), nullif(response_model, ''),
            nullif(request_model, '')
        ) as model_name,
        lower(nullif(provider, '')) as given_provider_name,
        -- Helicone writes a user that was not given as the word
        case
            when coalesce(user_id, request_user_id) not in ('', 'undefined', 'null')
                then coalesce(user_id, request_user_id)
        end as user_id,
        nullif(organization_id, '') as organization_id,
        coalesce(nullif(nullif(proxy_key_id, ''), {{ no_id }}), nullif(auth_hash, '')) as key_id,
        coalesce(properties, request_properties) as properties,
        prompt_tokens,
        completion_tokens,
        coalesce(prompt_cache_read_tokens, 0) as cache_read_tokens,
        coalesce(prompt_cache_write_tokens, 0) as cache_write_tokens,
        coalesce(prompt_audio_tokens, 0) as audio_tokens,
        coalesce(completion_audio_tokens, 0) as audio_output_tokens,
        coalesce(reasoning_tokens, 0) as reasoning_tokens,
        coalesce(nullif(nullif(cache_reference_id, ''), {{ no_id }}), '') <> '' as is_cache_hit,
        updated_at,
        _landed_at,
        _delivery_id,
        _row_number
    from {{ source('helicone', 'requests') }}
),

latest as (
    {{ latest_per_key('source', ['request_id'], [
        'updated_at', 'coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0)',
        '_landed_at', '_delivery_id', '_row_number',
    ]) }}
),

-- Helicone also logs tools and vector databases, which are no models and have no tokens
calls as (
    select
        *,
        coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0) + cache_read_tokens
        + cache_write_tokens + reasoning_tokens as counted_tokens,
        -- ClickHouse writes maps in single quotes into CSV
        case
            when left(properties, 2) = concat('{', chr(39)) then replace(properties, chr(39), '"')
            else properties
        end as properties_json
    from latest
    where not (
        coalesce(model_name, '') like 'tool:%'
        or coalesce(model_name, '') like 'data:%'
        or coalesce(model_name, '') = 'vector_db'
    )
),

provider_names as (
    select * from {{ ref('provider_names') }}
),

identified as (
    select
        calls.*,
        coalesce(
            provider_names.provider_id,
            case when calls.given_provider_name <> 'custom' then calls.given_provider_name end
        ) as provider_id,
        {{ json_map('calls.properties_json') }} as properties_map
    from calls
    left join provider_names
        on
            case
                when calls.given_provider_name <> 'custom' then calls.given_provider_name
                when calls.model_name like '%/%'
                    then split_part(lower(calls.model_name), '/', 1)
            end = provider_names.provider_name
),

classified as (
    select
        *,
        case
            when is_cache_hit then 'gateway_cache_hit'
            when status between 200 and 299 then 'succeeded'
            when status >= 400 then 'failed'
            else 'unknown'
        end as request_status,
        -- What was bought: nothing from Helicone's own cache; unknown where a call that was not
        -- refused has no counts, as a stream without usage: Helicone writes 0 for the unknown.
        case
            when is_cache_hit then 0
            when counted_tokens > 0 or status >= 400 then 1
        end as bought,
        coalesce(prompt_tokens, 0) >= audio_tokens as holds_audio,
        coalesce(completion_tokens, 0) >= audio_output_tokens as holds_audio_output,
        coalesce(provider_id in ('openai', 'microsoft'), false) as is_openai_cache
    from identified
),

split as (
    select
        *,
        coalesce(prompt_tokens, 0) - case when holds_audio then audio_tokens else 0 end
            as uncached_tokens,
        coalesce(completion_tokens, 0)
        - case when holds_audio_output then audio_output_tokens else 0 end as text_output_tokens
    from classified
),

renamed as (
    select
        request_id as usage_id,
        'helicone.requests' as usage_source,
        'gateway_log' as usage_kind,
        _delivery_id as delivery_id,

        ---------- who
        provider_id,
        organization_id as account_id,
        key_id as credential_id,
        coalesce(
            {{ json_text('properties_json', 'customer_id') }},
            {{ json_text('properties_json', 'customer') }},
            user_id
        ) as customer_id,
        {{ json_text('properties_json', 'Helicone-Session-Id') }} as session_id,
        request_id as trace_id,
        {{ map_json('properties_map', ['Helicone-Session-Id', 'Helicone-Session-Path']) }} as tags,

        ---------- what
        model_name,
        'standard' as service_tier,

        ---------- when
        request_created_at as started_at,
        response_created_at as ended_at,
        cast(request_created_at as date) as usage_date,

        ---------- counts
        request_status,
        true as is_request_grain,
        case
            when bought = 0 or bought is null then cast(null as string)
            when not holds_audio or not holds_audio_output then 'buckets_do_not_add_up'
            when
                cache_read_tokens + cache_write_tokens > 0
                -- Anthropic's counts were always apart, and so are those of the newest rows; and
                -- what is smaller than the cache does not include it
                and coalesce(provider_id, '') <> 'anthropic'
                and reasoning_tokens = 0
                and coalesce(prompt_tokens, 0) >= cache_read_tokens + cache_write_tokens
                then 'cache_semantics_assumed'
            when cache_write_tokens > 0 then 'cache_life_assumed'
        end as usage_doubt,
        cast(1 as bigint) as requests_count,
        cast(bought * uncached_tokens as bigint) as input_uncached_tokens,
        cast(bought * cache_read_tokens as bigint) as input_cache_read_tokens,
        cast(bought * case when is_openai_cache then 0 else cache_write_tokens end as bigint)
            as input_cache_write_5m_tokens,
        cast(bought * case when is_openai_cache then cache_write_tokens else 0 end as bigint)
            as input_cache_write_30m_tokens,
        cast(bought * audio_tokens as bigint) as input_audio_tokens,
        cast(bought * text_output_tokens as bigint) as output_text_tokens,
        cast(bought * reasoning_tokens as bigint) as output_reasoning_tokens,
        cast(bought * audio_output_tokens as bigint) as output_audio_tokens,

        ---------- as reported
        case
            when bought is not null
                then coalesce(prompt_tokens, 0) + cache_read_tokens + cache_write_tokens
        end as reported_input_tokens,
        case when bought is not null then coalesce(completion_tokens, 0) + reasoning_tokens end
            as reported_output_tokens,
        -- Helicone says 0 for a model without a price
        case
            when is_cache_hit or counted_tokens = 0 and status >= 400
                then coalesce(stated_cost_usd, cost_by_shape)
            else nullif(coalesce(stated_cost_usd, cost_by_shape), 0)
        end as reported_cost_usd
    from split
)

select * from renamed
