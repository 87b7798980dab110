-- One row per driver key × account × project × workload × customer × reason: what a pool is spread
-- over.
-- Account and project are named where the provider's report assigns the use; logs name none.
{#- A line that names no tier speaks of the tiers that no other line of its kind names;
    use that capacity or seats pay for is on the lines of these alone. #}
{%- set tier_fits %}(
            key_days.service_tier = usage.service_tier
            or (
                key_days.service_tier is null
                and usage.service_tier not in (select service_tier from flat_rate_tiers)
                and not exists (
                    select 1
                    from named_tiers as named
                    where
                        named.driver_start_date = key_days.driver_start_date
                        and named.driver_end_date = key_days.driver_end_date
                        and named.provider_id = key_days.provider_id
                        and coalesce(named.model_key, '') = coalesce(key_days.model_key, '')
                        and named.bill_meter = key_days.bill_meter
                        and named.service_tier = usage.service_tier
                )
            )
        ){% endset %}
with pools as (
    select * from {{ ref('int_cost_pools') }}
),

usage as (
    select * from {{ ref('int_driver_usage') }}
),

bill_meters as (
    select * from {{ ref('bill_meters') }}
),

flat_rate_tiers as (
    select service_tier
    from {{ ref('service_tiers') }}
    where is_flat_rate
),

dates as (
    select * from {{ ref('dim_dates') }}
),

keys as (
    select distinct
        driver_key_id,
        driver_start_date,
        driver_end_date,
        provider_id,
        model_key,
        bill_meter,
        service_tier
    from pools
    where
        driver_key_id is not null
        and bill_meter not in ('gpu_seconds', 'byte_hours', 'transferred_bytes')
),

-- a line with an owner drives nothing, but it names its tier all the same
named_tiers as (
    select distinct
        driver_start_date,
        driver_end_date,
        provider_id,
        model_key,
        bill_meter,
        service_tier
    from pools
    where service_tier is not null
),

key_days as (
    select
        keys.*,
        dates.date_day as usage_date,
        bill_meters.meter
    from keys
    inner join dates
        on
            keys.driver_start_date <= dates.date_day
            and keys.driver_end_date >= dates.date_day
    inner join bill_meters
        on keys.bill_meter = bill_meters.bill_meter
),

used as (
    select
        key_days.driver_key_id,
        usage.*
    from key_days
    inner join usage
        on
            key_days.usage_date = usage.usage_date
            and key_days.provider_id = usage.provider_id
            and key_days.model_key = usage.model_key
            and key_days.meter = usage.meter
    where
        key_days.model_key is not null
        and {{ tier_fits }}
    union all
    -- a line that names no model (tool calls, say) is spread over all models of the provider
    select
        key_days.driver_key_id,
        usage.*
    from key_days
    inner join usage
        on
            key_days.usage_date = usage.usage_date
            and key_days.provider_id = usage.provider_id
            and key_days.meter = usage.meter
    where
        key_days.model_key is null
        and {{ tier_fits }}
)

select
    driver_key_id,
    account_id,
    project_id,
    workload_id,
    customer_id,
    unallocated_reason,
    cast(sum(metered_quantity) as bigint) as quantity,
    case
        when count(metered_notional_cost_usd) = count(*)
            then cast(sum(metered_notional_cost_usd) as decimal(38, 12))
    end as notional_cost_usd
from used
where metered_quantity > 0
group by
    driver_key_id, account_id, project_id, workload_id, customer_id, unallocated_reason
