-- A usage report that is not grouped by model cannot be compared with a log, and would be counted
-- beside it: export it grouped by model.
with usage as (
    select * from {{ ref('int_token_usage_daily') }}
),

logged_days as (
    select distinct
        usage_date,
        provider_id
    from usage
    where usage_kind = 'gateway_log'
)

select distinct
    usage.usage_date,
    usage.provider_id,
    usage.usage_source
from usage
inner join logged_days
    on
        usage.usage_date = logged_days.usage_date
        and usage.provider_id = logged_days.provider_id
where
    usage.usage_kind = 'provider_report'
    and usage.model_name is null
