-- One row per request through the LiteLLM proxy, in disjoint token buckets: its latest version.
-- The log's own prompt_tokens includes cache reads and writes, its completion_tokens reasoning.
{#- Where the usage object states each count; spellings differ by provider and proxy version. #}
{%- set counts = {
    'cache_read_tokens': [
        'cache_read_input_tokens', 'prompt_tokens_details.cached_tokens',
        'input_tokens_details.cached_tokens', 'prompt_cache_hit_tokens',
    ],
    'cache_write_given_tokens': [
        'cache_creation_input_tokens', 'prompt_tokens_details.cache_creation_tokens',
        'prompt_tokens_details.cache_write_tokens',
    ],
    'cache_write_5m_tokens': [
        'prompt_tokens_details.cache_creation_token_details.ephemeral_5m_input_tokens',
        'cache_creation.ephemeral_5m_input_tokens',
    ],
    'cache_write_1h_tokens': [
        'prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens',
        'cache_creation.ephemeral_1h_input_tokens',
    ],
    'cache_write_12h_tokens': [
        'prompt_tokens_details.cache_creation_token_details.ephemeral_12h_input_tokens',
    ],
    'audio_given_tokens': [
        'prompt_tokens_details.audio_tokens', 'input_tokens_details.audio_tokens',
    ],
    'cached_audio_tokens': ['prompt_tokens_details.cached_tokens_details.audio_tokens'],
    'image_given_tokens': [
        'prompt_tokens_details.image_tokens', 'input_tokens_details.image_tokens',
    ],
    'cached_image_tokens': ['prompt_tokens_details.cached_tokens_details.image_tokens'],
    'video_tokens': ['prompt_tokens_details.video_tokens'],
    'reasoning_tokens': [
        'completion_tokens_details.reasoning_tokens', 'output_tokens_details.reasoning_tokens',
    ],
    'audio_output_tokens': ['completion_tokens_details.audio_tokens'],
    'image_output_tokens': ['completion_tokens_details.image_tokens'],
    'video_output_tokens': ['completion_tokens_details.video_tokens'],
    'web_searches': [
        'server_tool_use.web_search_requests', 'prompt_tokens_details.web_search_requests',
    ],
} %}
{%- set usage_counts = counts.values() | sum(
    start=['prompt_tokens', 'completion_tokens', 'total_tokens']
) %}
{%- set usage_texts = ['service_tier', 'speed', 'inference_geo'] %}
{%- set in_metadata = {
    'texts': [
        'status', 'user_api_key_project_id', 'spend_logs_metadata.trace_id',
        'model_map_information.model_map_key',
    ],
    'counts': [],
} %}
{%- for path in usage_texts %}
    {%- do in_metadata.texts.append('usage_object.' ~ path) %}
{%- endfor %}
{%- for path in usage_counts %}
    {%- do in_metadata.counts.append('usage_object.' ~ path) %}
{%- endfor %}
with source as (
    -- Prompts and responses are left behind here: wide, and not needed. What one column of few
    -- values decides is decided here, where DuckDB still sees each value once.
    select
        request_id,
        lower(call_type) like '%batch%' as is_batch_call,
        lower(nullif(custom_llm_provider, '')) as given_provider_name,
        nullif(model, '') as model,
        case when model like '%/%' then lower(split_part(model, '/', 1)) end as route_name,
        case when model like '%/%' then substring(model, position('/' in model) + 1) end
            as routed_model,
        {{ route_region('model') }} as model_region_id,
        nullif(organization_id, '') as organization_id,
        nullif(api_key, '') as api_key,
        nullif(team_id, '') as team_id,
        nullif(end_user, '') as end_user,
        nullif(session_id, '') as session_id,
        nullif(litellm_call_id, '') as litellm_call_id,
        nullif(request_tags, '[]') as request_tags,
        -- OpenAI's endpoints that process in one geography
        case
            when lower(api_base) like '%.api.openai.com%'
                then nullif(
                    regexp_extract(lower(api_base), '^https?://(eu|us)[.]api[.]openai[.]com', 1), ''
                )
        end as endpoint_region_id,
        lower(cache_hit) = 'true' as is_gateway_cache_hit,
        lower(status) as status,
        startTime as started_at,
        endTime as ended_at,
        prompt_tokens,
        completion_tokens,
        total_tokens,
        spend,
        metadata,
        _delivery_id,
        _row_number
    from {{ source('litellm', 'spend_logs') }}
),

superseded_logs as (
    select * from {{ ref('stg_litellm__superseded_logs') }}
),

latest_rows as (
    select *
    from source
    where not exists (
        select 1
        from superseded_logs
        where
            superseded_logs.delivery_id = source._delivery_id
            and superseded_logs.delivery_row_number = source._row_number
    )
),

provider_names as (
    select * from {{ ref('provider_names') }}
),

-- a request that was logged without its provider may name it as the route before the model
identified as (
    select
        latest_rows.*,
        coalesce(latest_rows.given_provider_name, provider_names.provider_name) as provider_name,
        coalesce(provider_names.provider_id, latest_rows.given_provider_name) as provider_id
    from latest_rows
    left join provider_names
        on
            coalesce(latest_rows.given_provider_name, latest_rows.route_name)
            = provider_names.provider_name
),

-- Older proxies log the usage object under another name. Of most rows the first part of the text
-- shows that there is one, which is cheaper to see than to read.
respelled as (
    select
        *,
        case
            when
                not contains(metadata, '"usage_object":{')
                and not contains(metadata, '"usage_object": {')
                and contains(metadata, '"additional_usage_values"')
                and {{ json_text('metadata', 'usage_object') }} is null
                then replace(
                    replace(metadata, '"usage_object"', '"none"'),
                    '"additional_usage_values"', '"usage_object"'
                )
            else metadata
        end as respelled_metadata
    from identified
),

metadata_read as (
    select
        *,
        {{ json_struct('respelled_metadata', **in_metadata) }} as logged
    from respelled
),

usage_read as (
    select
        *,
        coalesce(status, lower(logged.status)) as logged_status,
        logged.user_api_key_project_id as gateway_project_id,
        logged.spend_logs_metadata.trace_id,
        logged.model_map_information.model_map_key as priced_model,
        logged.usage_object
    from metadata_read
),

counted as (
    select
        *,
        coalesce({{ text_to_bigint('usage_object.prompt_tokens') }}, prompt_tokens)
            as input_tokens,
        coalesce({{ text_to_bigint('usage_object.completion_tokens') }}, completion_tokens)
            as stated_output_tokens,
        coalesce({{ text_to_bigint('usage_object.total_tokens') }}, total_tokens)
            as stated_total_tokens,
        {#- greatest leaves NULLs out #}
        {%- for name, paths in counts.items() %}
            greatest(
                {%- for path in paths %}
                    {{ text_to_bigint('usage_object.' ~ path) }},
                {%- endfor %}
                0
            ) as {{ name }},
        {%- endfor %}
        usage_object.service_tier as served_tier,
        lower(usage_object.speed) as speed,
        lower(usage_object.inference_geo) as inference_geo
    from usage_read
),

classified as (
    select
        *,
        -- xAI and Perplexity count reasoning beside the completion: the total says so, or a
        -- completion that is smaller than its reasoning
        case
            when
                reasoning_tokens > 0
                and (
                    stated_total_tokens = input_tokens + stated_output_tokens + reasoning_tokens
                    or (
                        provider_id in ('xai', 'perplexity')
                        and reasoning_tokens > stated_output_tokens
                    )
                )
                then stated_output_tokens + reasoning_tokens
            else stated_output_tokens
        end as output_tokens,
        greatest(
            cache_write_given_tokens,
            cache_write_5m_tokens + cache_write_1h_tokens + cache_write_12h_tokens
        ) as cache_write_tokens,
        case
            when is_gateway_cache_hit then 'gateway_cache_hit'
            when logged_status = 'success' then 'succeeded'
            when logged_status = 'failure' then 'failed'
            else 'unknown'
        end as request_status,
        provider_name in ('openai', 'azure', 'azure_ai') as is_openai_cache
    from counted
),

-- OpenAI's realtime API counts cached audio and images inside audio and images, and may not say how
-- many: what cache and media together exceed the input by is cached media, images first.
overlapping as (
    select
        *,
        greatest(audio_given_tokens - cached_audio_tokens, 0) as audio_left_tokens,
        greatest(image_given_tokens - cached_image_tokens, 0) as image_left_tokens,
        case
            when input_tokens >= cache_read_tokens + cache_write_tokens
                then greatest(
                    cache_read_tokens + cache_write_tokens
                    + greatest(audio_given_tokens - cached_audio_tokens, 0)
                    + greatest(image_given_tokens - cached_image_tokens, 0)
                    + video_tokens - input_tokens,
                    0
                )
            else 0
        end as cached_media_tokens
    from classified
),

separated as (
    select
        *,
        greatest(
            audio_left_tokens - greatest(cached_media_tokens - image_left_tokens, 0), 0
        ) as audio_tokens,
        greatest(image_left_tokens - cached_media_tokens, 0) as image_tokens,
        greatest(audio_left_tokens + image_left_tokens - cached_media_tokens, 0) + video_tokens
            as media_tokens
    from overlapping
),

weighted as (
    select
        *,
        -- What the gateway bought: nothing from its own cache; unknown where a call that was not
        -- refused left no count, as an aborted stream does.
        case
            when request_status = 'gateway_cache_hit' then 0
            when
                coalesce(input_tokens, 0) + coalesce(output_tokens, 0) > 0
                or request_status = 'failed'
                then 1
        end as bought,
        case
            when input_tokens >= cache_read_tokens + cache_write_tokens + media_tokens
                then input_tokens - cache_read_tokens - cache_write_tokens - media_tokens
            -- older proxies added only the reads to prompt_tokens, or neither
            when input_tokens >= cache_read_tokens + media_tokens
                then input_tokens - cache_read_tokens - media_tokens
            else greatest(coalesce(input_tokens, 0) - media_tokens, 0)
        end as uncached_tokens,
        -- cached media that the log itself names; what was only told by the sums stays undivided
        least(cached_audio_tokens, cache_read_tokens) as cache_read_audio_tokens,
        least(
            cached_image_tokens, cache_read_tokens - least(cached_audio_tokens, cache_read_tokens)
        ) as cache_read_image_tokens,
        coalesce(output_tokens, 0) - reasoning_tokens - audio_output_tokens - image_output_tokens
        - video_output_tokens as text_output_tokens
    from separated
),

-- of several doubts the gravest
doubted as (
    select
        *,
        case
            when coalesce(bought, 0) = 0 then null
            when
                cache_read_tokens + cache_write_tokens + media_tokens > coalesce(input_tokens, 0)
                or cached_audio_tokens + cached_image_tokens > cache_read_tokens
                or cached_audio_tokens > audio_given_tokens
                or cached_image_tokens > image_given_tokens
                or text_output_tokens < 0
                then 'buckets_do_not_add_up'
            when
                not is_openai_cache
                and cache_write_tokens > cache_write_5m_tokens + cache_write_1h_tokens
                then 'cache_life_assumed'
        end as usage_doubt
    from weighted
),

renamed as (
    select
        request_id as usage_id,
        'litellm.spend_logs' as usage_source,
        'gateway_log' as usage_kind,
        _delivery_id as delivery_id,

        ---------- who
        provider_id,
        organization_id as account_id,
        gateway_project_id as project_id,
        api_key as credential_id,
        team_id,
        end_user as customer_id,
        session_id,
        coalesce(trace_id, litellm_call_id) as trace_id,
        request_tags as tags,

        ---------- what
        case
            -- an Azure deployment's name is not a model; LiteLLM notes the model it priced
            when provider_name in ('azure', 'azure_ai')
                then regexp_replace(coalesce(nullif(priced_model, ''), model), '^azure(_ai)?/', '')
            when route_name = provider_name then routed_model
            else model
        end as model_name,
        case
            when is_batch_call then 'batch'
            when speed = 'fast' then 'fast'
            else {{ served_tier_name('served_tier') }}
        end as service_tier,
        case
            when inference_geo not in ('', 'global', 'not_available') then inference_geo
            when endpoint_region_id is not null then endpoint_region_id
            -- Azure's model is the one that was priced, which may name a geography
            when provider_name in ('azure', 'azure_ai') and priced_model <> ''
                then {{ route_region('priced_model') }}
            else model_region_id
        end as region_id,

        ---------- when
        started_at,
        ended_at,
        cast(started_at as date) as usage_date,

        ---------- counts
        request_status,
        true as is_request_grain,
        cast(1 as bigint) as requests_count,
        usage_doubt,
        cast(bought * uncached_tokens as bigint) as input_uncached_tokens,
        cast(
            bought * (cache_read_tokens - cache_read_audio_tokens - cache_read_image_tokens)
            as bigint
        ) as input_cache_read_tokens,
        cast(bought * cache_read_audio_tokens as bigint) as input_cache_read_audio_tokens,
        cast(bought * cache_read_image_tokens as bigint) as input_cache_read_image_tokens,
        cast(
            bought * case
                when is_openai_cache then 0 else cache_write_tokens - cache_write_1h_tokens
            end as bigint
        ) as input_cache_write_5m_tokens,
        cast(
            bought * case
                when is_openai_cache then cache_write_tokens - cache_write_12h_tokens else 0
            end as bigint
        ) as input_cache_write_30m_tokens,
        cast(bought * case when is_openai_cache then 0 else cache_write_1h_tokens end as bigint)
            as input_cache_write_1h_tokens,
        cast(
            bought * case when is_openai_cache then cache_write_12h_tokens else 0 end as bigint
        ) as input_cache_write_12h_tokens,
        cast(bought * audio_tokens as bigint) as input_audio_tokens,
        cast(bought * image_tokens as bigint) as input_image_tokens,
        cast(bought * video_tokens as bigint) as input_video_tokens,
        cast(bought * greatest(text_output_tokens, 0) as bigint) as output_text_tokens,
        cast(bought * reasoning_tokens as bigint) as output_reasoning_tokens,
        cast(bought * audio_output_tokens as bigint) as output_audio_tokens,
        cast(bought * image_output_tokens as bigint) as output_image_tokens,
        cast(bought * video_output_tokens as bigint) as output_video_tokens,
        cast(bought * web_searches as bigint) as web_search_calls,

        ---------- as reported
        case when bought is not null then input_tokens end as reported_input_tokens,
        case when bought is not null then output_tokens end as reported_output_tokens,
        spend as reported_cost_usd
    from doubted
)

select * from renamed
