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
    select * from {{ every_day_of(ref('int_cost_pools')) }}
),

usage as (
    select * from {{ every_day_of(ref('int_driver_usage')) }}
    where {{ since_batch('usage_date') }}
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
        and {{ in_batch('driver_start_date') }}
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

sized_meters as (
    select
        *,
        count(*) over (partition by bill_meter) as meters_count
    from bill_meters
),

named_meters as (
    select
        pools.driver_start_date,
        pools.driver_end_date,
        pools.provider_id,
        pools.model_key,
        pools.service_tier,
        sized_meters.meter,
        min(sized_meters.meters_count) as fewest_meters_count
    from pools
    inner join sized_meters
        on pools.bill_meter = sized_meters.bill_meter
    where pools.charge_category = 'Usage'
    group by
        pools.driver_start_date, pools.driver_end_date, pools.provider_id, pools.model_key,
        pools.service_tier, sized_meters.meter
),

-- A line of several meters speaks of those that no finer line names: input beside cached input is
-- what was not read from a cache.
key_meters as (
    select
        keys.*,
        sized_meters.meter
    from keys
    inner join sized_meters
        on keys.bill_meter = sized_meters.bill_meter
    left join named_meters
        on
            keys.driver_start_date = named_meters.driver_start_date
            and keys.driver_end_date = named_meters.driver_end_date
            and keys.provider_id = named_meters.provider_id
            and coalesce(keys.model_key, '') = coalesce(named_meters.model_key, '')
            and coalesce(keys.service_tier, '') = coalesce(named_meters.service_tier, '')
            and sized_meters.meter = named_meters.meter
    where sized_meters.meters_count <= coalesce(named_meters.fewest_meters_count, 1000)
),

key_days as (
    select
        key_meters.*,
        dates.date_day as usage_date
    from key_meters
    inner join dates
        on
            key_meters.driver_start_date <= dates.date_day
            and key_meters.driver_end_date >= dates.date_day
),

used as (
    select
        key_days.driver_key_id,
        key_days.driver_start_date,
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
        key_days.driver_start_date,
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
    driver_start_date,
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
    driver_key_id, driver_start_date, account_id, project_id, workload_id, customer_id,
    unallocated_reason
{{ in_order_of('driver_start_date') }}
