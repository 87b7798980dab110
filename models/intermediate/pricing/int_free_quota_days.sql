-- One row per day × kind of usage × account × model × meter with a free allowance: how much of the
-- day's use it covers. The two quantities are those of all models that share the allowance.
with usage as (
    select * from {{ ref('int_token_usage_named') }}
),

free_quotas as (
    select * from {{ ref('free_quotas') }}
),

drawn as (
    select
        usage.usage_date,
        usage.usage_kind,
        usage.provider_id,
        coalesce(usage.account_id, '') as account_id,
        usage.model_key,
        free_quotas.meter,
        free_quotas.quota_id,
        case free_quotas.period
            when 'month' then cast(date_trunc('month', usage.usage_date) as date)
            else usage.usage_date
        end as period_start_date,
        max(free_quotas.free_quantity) as free_quantity,
        sum({{ meter_quantity('free_quotas.meter') }}) as quantity
    from usage
    inner join free_quotas
        on
            usage.provider_id = free_quotas.provider_id
            and usage.model_key = coalesce(lower(free_quotas.model_id), usage.model_key)
            and coalesce(usage.account_id, '')
            = coalesce(free_quotas.account_id, usage.account_id, '')
            and usage.usage_date >= coalesce(free_quotas.valid_from, cast('1970-01-01' as date))
            and usage.usage_date < coalesce(free_quotas.valid_to, cast('9999-12-31' as date))
    where not usage.is_flat_rate
    group by
        usage.usage_date, usage.usage_kind, usage.provider_id, coalesce(usage.account_id, ''),
        usage.model_key, free_quotas.meter, free_quotas.quota_id, period_start_date
),

counted_up as (
    select
        drawn.*,
        cast(
            sum(quantity) over (
                partition by usage_kind, account_id, quota_id, usage_date
            ) as bigint
        ) as day_quantity,
        cast(
            sum(quantity) over (
                partition by usage_kind, account_id, quota_id, period_start_date
                order by usage_date
                range between unbounded preceding and current row
            ) as bigint
        ) as quantity_by_day_end
    from drawn
)

select
    usage_date,
    usage_kind,
    provider_id,
    account_id,
    model_key,
    meter,
    quota_id,
    day_quantity,
    least(
        greatest(free_quantity - (quantity_by_day_end - day_quantity), 0), day_quantity
    ) as free_day_quantity
from counted_up
where day_quantity > 0
