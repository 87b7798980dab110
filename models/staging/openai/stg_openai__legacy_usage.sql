-- One row per five minutes × model × operation of OpenAI's former usage endpoint, in token buckets.
-- Days that a completions report covers too are left out: the same tokens.
with source as (
    select * from {{ source('openai', 'legacy_usage') }}
),

current_rows as (
    {{ current_rows('source', 'openai', 'legacy_usage') }}
),

covered_days as (
    select distinct
        scope_account,
        scope_date
    from {{ ref('stg_landing__current_scopes') }}
    where source_name = 'openai' and table_name = 'usage_completions'
),

-- a report that was landed without its organisation may be the same organisation's
uncovered as (
    select
        current_rows.*,
        coalesce(n_context_tokens_total, 0) as input_tokens,
        coalesce(n_cached_context_tokens_total, 0) as cached_tokens,
        -- text and audio cost differently and are not told apart
        operation like '%realtime%' or snapshot_id like '%audio%' as is_undivided
    from current_rows
    where not exists (
        select 1
        from covered_days
        where
            current_rows._scope_date = covered_days.scope_date
            and (
                current_rows._scope_account = covered_days.scope_account
                or covered_days.scope_account = '(default)'
                or current_rows._scope_account = '(default)'
            )
    )
),

renamed as (
    select
        concat(_delivery_id, '-', cast(_row_number as string)) as usage_id,
        'openai.legacy_usage' as usage_source,
        'provider_report' as usage_kind,
        _delivery_id as delivery_id,

        ---------- who
        'openai' as provider_id,
        coalesce(organization_id, '(default)') as account_id,
        project_id,
        api_key_id as credential_id,

        ---------- what
        snapshot_id as model_name,
        case when lower(request_type) like '%batch%' then 'batch' else 'standard' end
            as service_tier,

        ---------- when
        aggregation_timestamp as started_at,
        aggregation_timestamp + interval 5 minute as ended_at,
        cast(aggregation_timestamp as date) as usage_date,

        ---------- counts
        'succeeded' as request_status,
        n_requests = 1 as is_request_grain,
        n_requests as requests_count,
        case when cached_tokens > input_tokens then 'buckets_do_not_add_up' end as usage_doubt,
        case when not is_undivided then greatest(input_tokens - cached_tokens, 0) end
            as input_uncached_tokens,
        case when not is_undivided then cached_tokens end as input_cache_read_tokens,
        case when not is_undivided then coalesce(n_generated_tokens_total, 0) end
            as output_text_tokens,

        ---------- totals as reported
        n_context_tokens_total as reported_input_tokens,
        n_generated_tokens_total as reported_output_tokens
    from uncovered
)

select * from renamed
