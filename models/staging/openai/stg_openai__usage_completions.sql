-- One row per time bucket × group of OpenAI's completions usage report, in disjoint token buckets.
-- Reads both generations of the report: until mid-2026 fields per modality included cached tokens.
with source as (
    select * from {{ source('openai', 'usage_completions') }}
),

current_rows as (
    {{ current_rows('source', 'openai', 'usage_completions') }}
),

counted as (
    select
        *,
        coalesce(input_cached_tokens, 0) as cache_read_tokens,
        coalesce(input_cached_audio_tokens, 0) as cached_audio_tokens,
        coalesce(input_cached_image_tokens, 0) as cached_image_tokens,
        coalesce(
            input_cache_write_tokens,
            coalesce(input_cache_write_30m_tokens, 0) + coalesce(input_cache_write_12h_tokens, 0)
        ) as cache_write_tokens,
        coalesce(input_audio_tokens, 0) as audio_tokens,
        coalesce(input_image_tokens, 0) as image_tokens
    from current_rows
    -- the platform's CSV export has a row with nothing but times for a day without usage
    where coalesce(num_model_requests, input_tokens, output_tokens) is not null
),

dated as (
    select
        *,
        coalesce(
            input_uncached_tokens, input_tokens - cache_read_tokens - cache_write_tokens
        ) as uncached_tokens,
        -- true where the fields per modality still include what was read from the cache
        coalesce(
            coalesce(input_text_tokens, 0) + audio_tokens + image_tokens > input_uncached_tokens,
            true
        ) as modalities_include_cache
    from counted
),

split as (
    select
        *,
        case
            when modalities_include_cache then audio_tokens - cached_audio_tokens
            else audio_tokens
        end as uncached_audio_tokens,
        case
            when modalities_include_cache then image_tokens - cached_image_tokens
            else image_tokens
        end as uncached_image_tokens,
        -- without a split every write counts at the default, shorter life (and the lower price)
        coalesce(
            input_cache_write_30m_tokens,
            cache_write_tokens - coalesce(input_cache_write_12h_tokens, 0)
        ) as cache_write_30m_tokens
    from dated
),

renamed as (
    select
        concat(_delivery_id, '-', cast(_row_number as string)) as usage_id,
        'openai.usage_completions' as usage_source,
        'provider_report' as usage_kind,
        _delivery_id as delivery_id,

        ---------- who
        'openai' as provider_id,
        coalesce(organization_id, '(default)') as account_id,
        project_id,
        api_key_id as credential_id,

        ---------- what
        model as model_name,
        case
            when batch then 'batch'
            else {{ served_tier_name('service_tier') }}
        end as service_tier,

        ---------- when
        start_time as started_at,
        end_time as ended_at,
        cast(start_time as date) as usage_date,

        ---------- counts
        'succeeded' as request_status,
        coalesce(num_model_requests = 1, false) as is_request_grain,
        num_model_requests as requests_count,
        cast(
            case
                when modalities_include_cache or input_text_tokens is null
                    then uncached_tokens - uncached_audio_tokens - uncached_image_tokens
                else input_text_tokens
            end as bigint
        ) as input_uncached_tokens,
        cast(cache_read_tokens - cached_audio_tokens - cached_image_tokens as bigint)
            as input_cache_read_tokens,
        cast(cached_audio_tokens as bigint) as input_cache_read_audio_tokens,
        cast(cached_image_tokens as bigint) as input_cache_read_image_tokens,
        cast(cache_write_30m_tokens as bigint) as input_cache_write_30m_tokens,
        cast(
            coalesce(input_cache_write_12h_tokens, cache_write_tokens - cache_write_30m_tokens)
            as bigint
        ) as input_cache_write_12h_tokens,
        cast(uncached_audio_tokens as bigint) as input_audio_tokens,
        cast(uncached_image_tokens as bigint) as input_image_tokens,
        cast(
            coalesce(
                output_text_tokens,
                output_tokens - coalesce(output_audio_tokens, 0) - coalesce(output_image_tokens, 0)
            ) as bigint
        ) as output_text_tokens,
        cast(coalesce(output_audio_tokens, 0) as bigint) as output_audio_tokens,
        cast(coalesce(output_image_tokens, 0) as bigint) as output_image_tokens,

        ---------- totals as reported
        input_tokens as reported_input_tokens,
        output_tokens as reported_output_tokens
    from split
)

select * from renamed
