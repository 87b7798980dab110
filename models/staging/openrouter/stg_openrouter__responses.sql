-- One row per answer of OpenRouter that the caller logged, in disjoint token buckets: of a stream
-- the chunk with the usage. An answer without usage that openrouter.generations has counts there.
with source as (
    select
        responses.id,
        responses.account_id,
        responses.created_at,
        responses.model,
        lower(responses.provider) as provider_name,
        lower(responses.status) as status,
        responses.error,
        lower(responses.service_tier) as service_tier,
        responses.user as end_user,
        responses.session_id,
        responses.api_key_name,
        responses.metadata,
        responses.input_tokens,
        responses.output_tokens,
        responses.cached_tokens,
        responses.cache_write_tokens,
        responses.input_audio_tokens,
        responses.input_video_tokens,
        responses.reasoning_tokens,
        responses.output_image_tokens,
        responses.output_audio_tokens,
        responses.cost,
        responses.is_byok,
        responses.upstream_inference_cost,
        responses.web_search_requests,
        responses._landed_at,
        responses._delivery_id,
        responses._row_number
    from {{ source('openrouter', 'responses') }} as responses
    where
        responses.input_tokens is not null
        or not exists (
            select 1
            from {{ source('openrouter', 'generations') }} as generations
            where generations.id = responses.id
        )
),

latest_rows as (
    {{ latest_per_key(
        'source',
        ['id'],
        [
            'coalesce(input_tokens, 0) + coalesce(output_tokens, 0)', '_landed_at', '_delivery_id',
            '_row_number',
        ],
    ) }}
),

provider_names as (
    select * from {{ ref('provider_names') }}
),

counted as (
    select
        *,
        coalesce(is_byok, false) as has_own_key,
        coalesce(input_tokens, 0) + coalesce(output_tokens, 0) > 0 as has_tokens,
        coalesce(error is not null or status = 'failed', false) as has_failed,
        coalesce(cached_tokens, 0) as cache_read_tokens,
        coalesce(cache_write_tokens, 0) as cache_written_tokens,
        coalesce(input_audio_tokens, 0) as audio_tokens,
        coalesce(input_video_tokens, 0) as video_tokens,
        coalesce(reasoning_tokens, 0) as thinking_tokens,
        coalesce(output_audio_tokens, 0) as audio_output_tokens,
        coalesce(output_image_tokens, 0) as image_output_tokens,
        -- how long a cache lives is not said: OpenAI's own default differs from all others'
        lower(model) like 'openai/%' as is_openai_cache
    from latest_rows
),

weighted as (
    select
        *,
        case
            when has_failed then 'failed'
            when not has_tokens or coalesce(status = 'cancelled', false) then 'unknown'
            else 'succeeded'
        end as request_status,
        -- an answer without a count, as of an aborted stream, may have bought anything
        case when has_tokens or has_failed then 1 end as bought,
        coalesce(input_tokens, 0) - cache_read_tokens - cache_written_tokens - audio_tokens
        - video_tokens as uncached_tokens,
        coalesce(output_tokens, 0) - thinking_tokens - audio_output_tokens - image_output_tokens
            as text_tokens
    from counted
),

renamed as (
    select
        weighted.id as usage_id,
        'openrouter.responses' as usage_source,
        'gateway_log' as usage_kind,
        weighted._delivery_id as delivery_id,

        ---------- who
        {{ openrouter_payer('weighted', 'provider_names') }} as provider_id,
        case when not weighted.has_own_key then weighted.account_id end as account_id,
        weighted.api_key_name as credential_id,
        weighted.end_user as customer_id,
        weighted.session_id,
        weighted.id as trace_id,
        nullif(weighted.metadata, '{}') as tags,

        ---------- what
        weighted.model as model_name,
        {{ served_tier_name('weighted.service_tier') }} as service_tier,

        ---------- when
        weighted.created_at as started_at,
        cast(weighted.created_at as date) as usage_date,

        ---------- counts
        weighted.request_status,
        true as is_request_grain,
        case
            when weighted.bought is null then null
            when weighted.uncached_tokens < 0 or weighted.text_tokens < 0
                then 'buckets_do_not_add_up'
            when weighted.cache_written_tokens > 0 then 'cache_life_assumed'
        end as usage_doubt,
        cast(1 as bigint) as requests_count,
        cast(weighted.bought * greatest(weighted.uncached_tokens, 0) as bigint)
            as input_uncached_tokens,
        cast(weighted.bought * weighted.cache_read_tokens as bigint) as input_cache_read_tokens,
        cast(
            weighted.bought
            * case when weighted.is_openai_cache then 0 else weighted.cache_written_tokens end
            as bigint
        ) as input_cache_write_5m_tokens,
        cast(
            weighted.bought
            * case when weighted.is_openai_cache then weighted.cache_written_tokens else 0 end
            as bigint
        ) as input_cache_write_30m_tokens,
        cast(weighted.bought * weighted.audio_tokens as bigint) as input_audio_tokens,
        cast(weighted.bought * weighted.video_tokens as bigint) as input_video_tokens,
        cast(weighted.bought * greatest(weighted.text_tokens, 0) as bigint) as output_text_tokens,
        cast(weighted.bought * weighted.thinking_tokens as bigint) as output_reasoning_tokens,
        cast(weighted.bought * weighted.audio_output_tokens as bigint) as output_audio_tokens,
        cast(weighted.bought * weighted.image_output_tokens as bigint) as output_image_tokens,
        cast(weighted.bought * weighted.web_search_requests as bigint) as web_search_calls,

        ---------- as reported
        weighted.input_tokens as reported_input_tokens,
        weighted.output_tokens as reported_output_tokens,
        cast(
            case
                when weighted.has_own_key then weighted.cost + weighted.upstream_inference_cost
                -- nothing deducted, yet the provider charged: an own key that an older answer or a
                -- library does not tell
                when
                    weighted.is_byok is null
                    and weighted.cost = 0
                    and weighted.upstream_inference_cost > 0
                    then null
                else weighted.cost
            end as decimal(38, 12)
        ) as reported_cost_usd
    from weighted
    left join provider_names
        on weighted.provider_name = provider_names.provider_name
)

select * from renamed
