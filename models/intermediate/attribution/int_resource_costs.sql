-- One row per ledger row of machines, storage and network in open months: its money and quantity.
-- Not additive across meters: GPU-seconds, TB-hours and TB.
with billed_costs as (
    select *
    from {{ ref('int_billed_costs') }}
    where bill_meter in ('gpu_seconds', 'byte_hours', 'transferred_bytes')
),

pools as (
    select * from {{ ref('int_cost_pools') }}
),

metered_costs as (
    select * from {{ ref('int_metered_costs') }}
),

matches as (
    select * from {{ ref('int_resource_matches') }}
),

-- storage and network of an owner are not metered: use of them is told by resource or by account
owned_pools as (
    select *
    from pools
    where
        workload_id is not null
        and bill_meter in ('byte_hours', 'transferred_bytes')
),

used_pools as (
    select pool_id from metered_costs
    union distinct
    select distinct owned_pools.pool_id
    from owned_pools
    inner join matches
        on
            owned_pools.provider_id = matches.provider_id
            and owned_pools.bill_meter = matches.meter
            and owned_pools.resource_id = matches.resource_id
            and owned_pools.driver_start_date <= matches.usage_date
            and owned_pools.driver_end_date >= matches.usage_date
    union distinct
    select distinct owned_pools.pool_id
    from owned_pools
    inner join matches
        on
            owned_pools.provider_id = matches.provider_id
            and owned_pools.bill_meter = matches.meter
            and coalesce(owned_pools.sub_account_id, owned_pools.billing_account_id)
            = coalesce(matches.sub_account_id, matches.billing_account_id)
            and owned_pools.driver_start_date <= matches.usage_date
            and owned_pools.driver_end_date >= matches.usage_date
    where
        owned_pools.resource_id is null
        and not matches.is_resource_billed
)

select
    billed_costs.pool_id,
    billed_costs.usage_date,
    billed_costs.bill_meter as meter,
    billed_costs.provider_id,
    billed_costs.billing_account_id,
    billed_costs.sub_account_id,
    pools.resource_id,
    pools.meter_kind,
    pools.storage_class,
    pools.from_region_id,
    pools.to_region_id,
    billed_costs.workload_id,
    billed_costs.customer_id,
    billed_costs.corrects_month_start_date,
    billed_costs.is_idle,
    used_pools.pool_id is not null as is_use_known,
    pools.driver_start_date = pools.driver_end_date as is_one_day,
    billed_costs.allocation_method = 'shared' as is_shared,
    billed_costs.billed_quantity,
    billed_costs.billed_cost_usd,
    billed_costs.effective_cost_usd,
    billed_costs.effective_cost_with_idle_usd,
    billed_costs.list_cost_usd
from billed_costs
inner join pools
    on billed_costs.pool_id = pools.pool_id
left join used_pools
    on billed_costs.pool_id = used_pools.pool_id
