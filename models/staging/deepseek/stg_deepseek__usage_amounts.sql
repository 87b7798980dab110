-- One row per bucket × model × API key of DeepSeek's usage export, in disjoint token buckets.
-- Buckets are days of the exporting browser's time zone; usage_date is the UTC day they start on.
with source as (
    select * from {{ source('deepseek', 'usage_amounts') }}
),

current_rows as (
    {{ current_rows('source', 'deepseek', 'usage_amounts') }}
),

-- the export has a row for each kind of quantity, and for each price of it
pivoted as (
    select
        _delivery_id,
        min(_row_number) as first_row_number,
        user_id,
        start_time_iso,
        end_time_iso,
        model,
        api_key_name,
        api_key,
        sum(case when usage_type = 'request_count' then amount end) as requests,
        sum(case when usage_type = 'input_cache_hit_tokens' then amount end) as cache_hit_tokens,
        sum(case when usage_type = 'input_cache_miss_tokens' then amount end) as cache_miss_tokens,
        sum(case when usage_type = 'output_tokens' then amount end) as output_tokens,
        -- a kind that has no row is 0 where there are rows of others
        max(case when usage_type <> 'request_count' then 1 end) as counted
    from current_rows
    group by
        _delivery_id, user_id, start_time_iso, end_time_iso, model, api_key_name, api_key
),

renamed as (
    select
        concat(_delivery_id, '-', cast(first_row_number as string)) as usage_id,
        'deepseek.usage_amounts' as usage_source,
        'provider_report' as usage_kind,
        _delivery_id as delivery_id,

        ---------- who
        'deepseek' as provider_id,
        coalesce(user_id, '(default)') as account_id,
        -- DeepSeek masks keys; should one be whole, it is a secret and ends here
        coalesce(
            api_key_name,
            case
                when api_key like '%*%' then api_key
                else concat(substring(api_key, 1, 8), '***', right(api_key, 4))
            end
        ) as credential_id,

        ---------- what
        model as model_name,
        'standard' as service_tier,

        ---------- when
        start_time_iso as started_at,
        coalesce(end_time_iso, start_time_iso + interval 1 day) as ended_at,
        cast(start_time_iso as date) as usage_date,

        ---------- counts
        case when counted is null then 'unknown' else 'succeeded' end as request_status,
        coalesce(requests = 1, false) as is_request_grain,
        cast(requests as bigint) as requests_count,
        cast(counted * coalesce(cache_miss_tokens, 0) as bigint) as input_uncached_tokens,
        cast(counted * coalesce(cache_hit_tokens, 0) as bigint) as input_cache_read_tokens,
        cast(counted * coalesce(output_tokens, 0) as bigint) as output_text_tokens
    from pivoted
)

select * from renamed
