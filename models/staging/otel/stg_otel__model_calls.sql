-- One row per model call of a trace, in disjoint token buckets; a span around calls stands for them
-- where they do not say their usage themselves.
with source as (
    select * from {{ ref('stg_otel__spans') }}
    where has_usage or is_model_call
),

nested_spans as (
    select * from {{ ref('stg_otel__nested_spans') }}
),

provider_names as (
    select * from {{ ref('provider_names') }}
),

counted_spans as (
    select source.*
    from source
    left join nested_spans
        on source.trace_id = nested_spans.trace_id and source.span_id = nested_spans.span_id
    where nested_spans.span_id is null
),

-- the AI SDK says provider and API in one name: anthropic.messages, google.generative-ai
identified as (
    select
        counted_spans.*,
        coalesce(
            provider_names.provider_id, provider_families.provider_id, counted_spans.provider_name
        ) as provider_id,
        coalesce(lower(counted_spans.model_name) like '%claude%', false) as is_claude
    from counted_spans
    left join provider_names
        on counted_spans.provider_name = provider_names.provider_name
    left join provider_names as provider_families
        on split_part(counted_spans.provider_name, '.', 1) = provider_families.provider_name
),

-- Gemini's own counts leave thinking out of the output and the prompts of tools out of the input
classified as (
    select
        *,
        cache_read_tokens + cache_write_tokens as cache_tokens,
        coalesce(given_input_tokens, own_input_tokens)
        + case
            when
                usage_style = 'gemini'
                and coalesce(given_input_tokens, own_input_tokens) = own_input_tokens
                then tool_prompt_tokens
            else 0
        end as input_tokens,
        coalesce(given_output_tokens, own_output_tokens) as output_tokens,
        coalesce(
            usage_style = 'gemini' and thoughts_tokens > 0
            and coalesce(given_output_tokens, own_output_tokens) = own_output_tokens,
            false
        ) as is_output_of_gemini,
        coalesce(provider_id in ('anthropic', 'aws') or is_claude, false)
            as is_cache_apart_at_provider,
        coalesce(
            usage_style in ('gemini', 'openai')
            or (
                provider_id in (
                    'openai', 'microsoft', 'gcp', 'deepseek', 'groq', 'mistral', 'xai'
                )
                and not is_claude
            ),
            false
        ) as is_cache_inside_at_provider
    from identified
),

-- reasoning is inside the output, unless text alone fills it or only then the total adds up
with_output as (
    select
        *,
        case
            when
                output_tokens is not null and reasoning_tokens > 0
                and (
                    is_output_of_gemini
                    -- they count reasoning beside the completion, whether or not there is a total
                    or (
                        provider_id in ('xai', 'perplexity')
                        and reasoning_tokens > output_tokens
                    )
                    or text_output_tokens = output_tokens
                    or total_tokens in (
                        input_tokens + output_tokens + reasoning_tokens,
                        input_tokens + output_tokens + reasoning_tokens + cache_tokens
                    )
                )
                and coalesce(total_tokens <> input_tokens + output_tokens, true)
                then output_tokens + reasoning_tokens
            when output_tokens is not null then output_tokens
            when total_tokens >= input_tokens then total_tokens - input_tokens
            when is_embedding and input_tokens is not null then 0
        end as all_output_tokens
    from classified
),

with_room as (
    select
        *,
        coalesce(
            input_tokens,
            uncached_input_tokens + cache_tokens,
            case when total_tokens >= all_output_tokens then total_tokens - all_output_tokens end
        ) as stated_input_tokens,
        -- what the total leaves for cache beside the input
        total_tokens - input_tokens - all_output_tokens as cache_room_tokens
    from with_output
),

-- Whether input includes cache: what the record proves comes before what its writer usually does.
read as (
    select
        *,
        case
            when cache_tokens = 0 or stated_input_tokens is null then 'no_cache'
            when input_tokens is null then 'inside'
            when uncached_input_tokens = input_tokens then 'beside'
            when uncached_input_tokens = input_tokens - cache_tokens then 'inside'
            when
                usage_style = 'cache_apart' and input_tokens = own_input_tokens + cache_tokens
                then 'inside'
            when cache_room_tokens = cache_tokens then 'beside'
            when cache_room_tokens = cache_read_tokens and cache_read_tokens > 0 then 'reads_beside'
            when cache_room_tokens = cache_write_tokens and cache_write_tokens > 0
                then 'writes_beside'
            when cache_room_tokens = 0 and is_own_total and cache_tokens <= input_tokens
                then 'inside'
            when is_cache_inside_at_provider then 'inside'
            when usage_style = 'cache_apart' and given_input_tokens is null then 'beside'
            when
                usage_style = 'cache_apart'
                or (is_ai_sdk and is_cache_apart_at_provider)
                or cache_tokens > input_tokens
                then 'beside_assumed'
            when cache_room_tokens = 0 or is_conventional_cache then 'inside'
            else 'inside_assumed'
        end as cache_reading
    from with_room
),

-- a count for which the total leaves no room is not counted, and the row is in doubt
admitted as (
    select
        *,
        case when cache_reading = 'writes_beside' then 0 else cache_read_tokens end as read_tokens,
        case when cache_reading = 'reads_beside' then 0 else cache_write_tokens end
            as write_tokens,
        case when cache_reading = 'reads_beside' then 0 else cache_write_5m_tokens end
            as write_5m_tokens,
        case when cache_reading = 'reads_beside' then 0 else cache_write_1h_tokens end
            as write_1h_tokens
    from read
),

totalled as (
    select
        *,
        stated_input_tokens
        + case when cache_reading like '%beside%' then read_tokens + write_tokens else 0 end
            as all_input_tokens
    from admitted
),

-- audio is part of input and cache alike: what does not fit beside the cache was read from it
separated as (
    select
        *,
        all_input_tokens - read_tokens - write_tokens as uncached_tokens,
        all_output_tokens - reasoning_tokens - audio_output_tokens - image_output_tokens
            as text_tokens,
        least(
            greatest(
                cached_audio_tokens,
                coalesce(
                    audio_input_tokens + image_input_tokens + video_input_tokens + read_tokens
                    + write_tokens - all_input_tokens,
                    0
                )
            ),
            audio_input_tokens,
            read_tokens
        ) as read_audio_tokens
    from totalled
),

weighed as (
    select
        *,
        uncached_tokens - (audio_input_tokens - read_audio_tokens) - image_input_tokens
        - video_input_tokens as uncached_text_tokens,
        greatest(write_tokens - write_5m_tokens - write_1h_tokens, 0) as write_unknown_tokens,
        coalesce(provider_id in ('openai', 'microsoft') and not is_claude, false)
            as is_openai_cache
    from separated
),

doubted as (
    select
        *,
        case
            when
                uncached_text_tokens < 0
                or text_tokens < 0
                or read_tokens + write_tokens < cache_tokens
                or (
                    cache_reading <> 'beside_assumed'
                    and total_tokens <> all_input_tokens + all_output_tokens
                )
                then 'buckets_do_not_add_up'
            when cache_reading in ('beside_assumed', 'inside_assumed')
                then 'cache_semantics_assumed'
            when write_unknown_tokens > 0 then 'cache_life_assumed'
        end as usage_doubt,
        -- 1, or NULL for a side of the call of which nothing is said
        case when has_usage and all_input_tokens is not null then 1 end as known_input,
        case when has_usage and (all_input_tokens is not null or cache_tokens > 0) then 1 end
            as known_cache,
        case when has_usage and all_output_tokens is not null then 1 end as known_output,
        case when has_usage and (all_output_tokens is not null or reasoning_tokens > 0) then 1 end
            as known_reasoning
    from weighed
),

renamed as (
    select
        concat(trace_id, '-', span_id) as usage_id,
        'otel.spans' as usage_source,
        'gateway_log' as usage_kind,
        delivery_id,

        ---------- who
        provider_id,
        customer_id,
        session_id,
        trace_id,
        tags,

        ---------- what
        model_name,
        {{ served_tier_name('service_tier') }} as service_tier,

        ---------- when
        started_at,
        ended_at,
        cast(started_at as date) as usage_date,

        ---------- counts
        case
            when span_status = 'error' then 'failed'
            when span_status = 'ok' or has_usage then 'succeeded'
            else 'unknown'
        end as request_status,
        not is_summary as is_request_grain,
        cast(case when not is_summary then 1 end as bigint) as requests_count,
        case when has_usage then usage_doubt end as usage_doubt,
        cast(known_input * greatest(uncached_text_tokens, 0) as bigint) as input_uncached_tokens,
        cast(known_cache * (read_tokens - read_audio_tokens) as bigint) as input_cache_read_tokens,
        cast(known_cache * read_audio_tokens as bigint) as input_cache_read_audio_tokens,
        cast(
            known_cache
            * (write_5m_tokens + case when is_openai_cache then 0 else write_unknown_tokens end)
            as bigint
        ) as input_cache_write_5m_tokens,
        cast(known_cache * case when is_openai_cache then write_unknown_tokens else 0 end as bigint)
            as input_cache_write_30m_tokens,
        cast(known_cache * write_1h_tokens as bigint) as input_cache_write_1h_tokens,
        cast(known_input * (audio_input_tokens - read_audio_tokens) as bigint)
            as input_audio_tokens,
        cast(known_input * image_input_tokens as bigint) as input_image_tokens,
        cast(known_input * video_input_tokens as bigint) as input_video_tokens,
        cast(known_output * greatest(text_tokens, 0) as bigint) as output_text_tokens,
        cast(known_reasoning * reasoning_tokens as bigint) as output_reasoning_tokens,
        cast(known_output * audio_output_tokens as bigint) as output_audio_tokens,
        cast(known_output * image_output_tokens as bigint) as output_image_tokens,
        case when has_usage then web_searches end as web_search_calls,

        ---------- as reported
        case when has_usage then all_input_tokens end as reported_input_tokens,
        case when has_usage then all_output_tokens end as reported_output_tokens,
        reported_cost_usd
    from doubted
)

select * from renamed
