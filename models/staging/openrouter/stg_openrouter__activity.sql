-- One row per UTC day × model × endpoint of OpenRouter's activity: tokens that OpenRouter sold.
-- Rows of nothing but bring-your-own-key requests are left to the report of the provider's account.
with lines as (
    select * from {{ ref('stg_openrouter__activity_lines') }}
    where byok_part <> 'all'
),

-- how many of the tokens went over the company's own keys is not said: unknown where some did
counted as (
    select
        *,
        case when byok_part = 'none' then prompt_tokens end as input_tokens,
        case when byok_part = 'none' then completion_tokens end as output_tokens,
        coalesce(reasoning_tokens, 0) as thinking_tokens,
        -- without the cached part the rest is unknown too, unless there is none
        case when prompt_tokens = 0 then 0 else cached_tokens end as cache_read_tokens
    from lines
),

renamed as (
    select
        line_id as usage_id,
        'openrouter.activity' as usage_source,
        'provider_report' as usage_kind,
        delivery_id,

        ---------- who
        'openrouter' as provider_id,
        account_id,

        ---------- what
        model_name,
        'standard' as service_tier,

        ---------- when
        cast(activity_date as timestamp) as started_at,
        cast(activity_date as timestamp) + interval 1 day as ended_at,
        activity_date as usage_date,

        ---------- counts
        'succeeded' as request_status,
        coalesce(byok_part = 'none' and resold_requests = 1, false) as is_request_grain,
        case
            when cache_read_tokens > input_tokens or thinking_tokens > output_tokens
                then 'buckets_do_not_add_up'
            -- what is left, the output, is not the whole cost
            when input_tokens > 0 and cache_read_tokens is null then 'cache_semantics_assumed'
        end as usage_doubt,
        resold_requests as requests_count,
        cast(
            case
                when cache_read_tokens <= input_tokens then input_tokens - cache_read_tokens
                when cache_read_tokens > input_tokens then 0
            end as bigint
        ) as input_uncached_tokens,
        cast(case when input_tokens is not null then cache_read_tokens end as bigint)
            as input_cache_read_tokens,
        cast(
            case
                when thinking_tokens <= output_tokens then output_tokens - thinking_tokens
                when thinking_tokens > output_tokens then 0
            end as bigint
        ) as output_text_tokens,
        cast(case when output_tokens is not null then thinking_tokens end as bigint)
            as output_reasoning_tokens,

        ---------- as reported
        input_tokens as reported_input_tokens,
        output_tokens as reported_output_tokens,
        usage_usd as reported_cost_usd
    from counted
)

select * from renamed
