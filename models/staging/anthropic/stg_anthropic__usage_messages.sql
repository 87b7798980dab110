-- One row per time bucket × group of Anthropic's messages usage report, in disjoint token buckets.
-- The report gives disjoint buckets and no totals; requests are not counted by it.
with source as (
    select * from {{ source('anthropic', 'usage_messages') }}
),

current_rows as (
    {{ current_rows('source', 'anthropic', 'usage_messages') }}
),

renamed as (
    select
        concat(_delivery_id, '-', cast(_row_number as string)) as usage_id,
        'anthropic.usage_messages' as usage_source,
        'provider_report' as usage_kind,
        _delivery_id as delivery_id,

        ---------- who
        'anthropic' as provider_id,
        coalesce(organization_id, '(default)') as account_id,
        workspace_id as project_id,
        api_key_id as credential_id,

        ---------- what
        model as model_name,
        case
            when lower(speed) = 'fast' then 'fast'
            else coalesce(lower(service_tier), 'standard')
        end as service_tier,
        case
            when lower(inference_geo) not in ('global', 'not_available') then lower(inference_geo)
        end as region_id,
        cast(
            case lower(context_window)
                when '0-200k' then 0
                when '200k-1m' then 200000
            end as bigint
        ) as context_over_tokens,

        ---------- when
        starting_at as started_at,
        ending_at as ended_at,
        cast(starting_at as date) as usage_date,

        ---------- counts
        'succeeded' as request_status,
        false as is_request_grain,
        coalesce(uncached_input_tokens, 0) as input_uncached_tokens,
        coalesce(cache_read_input_tokens, 0) as input_cache_read_tokens,
        coalesce(cache_creation_ephemeral_5m_input_tokens, 0) as input_cache_write_5m_tokens,
        coalesce(cache_creation_ephemeral_1h_input_tokens, 0) as input_cache_write_1h_tokens,
        coalesce(output_tokens, 0) as output_text_tokens,
        coalesce(web_search_requests, 0) as web_search_calls,

        ---------- totals as reported
        cast(
            coalesce(uncached_input_tokens, 0)
            + coalesce(cache_read_input_tokens, 0)
            + coalesce(cache_creation_ephemeral_5m_input_tokens, 0)
            + coalesce(cache_creation_ephemeral_1h_input_tokens, 0) as bigint
        ) as reported_input_tokens,
        coalesce(output_tokens, 0) as reported_output_tokens
    from current_rows
)

select * from renamed
