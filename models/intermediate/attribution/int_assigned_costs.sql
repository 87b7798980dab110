-- One row per cost pool × workload × customer × reason that bill or use assigns, before anything is
-- shared by rule. Pools without an owner and without metered use are not in here.
with pools as (
    select * from {{ ref('int_cost_pools') }}
),

metered_costs as (
    select * from {{ ref('int_metered_costs') }}
),

-- read again: a CTE with two readers is held whole, whatever few days or meters are asked for
metered_pools as (
    select distinct pool_id
    from {{ ref('int_metered_costs') }}
)

select
    metered_costs.pool_id,
    metered_costs.charge_date,
    metered_costs.workload_id,
    metered_costs.customer_id,
    metered_costs.unallocated_reason,
    case
        when pools.workload_id is not null then 'direct'
        when metered_costs.workload_id is null then 'unallocated'
        else 'metered'
    end as allocation_method,
    metered_costs.driver,
    metered_costs.driver_quantity,
    metered_costs.allocated_share,
    metered_costs.is_idle,
    metered_costs.billed_cost_usd,
    metered_costs.effective_cost_usd,
    metered_costs.effective_cost_with_idle_usd,
    metered_costs.list_cost_usd,
    metered_costs.billed_quantity
from metered_costs
inner join pools
    on metered_costs.pool_id = pools.pool_id

union all

select
    pools.pool_id,
    pools.charge_date,
    pools.workload_id,
    cast(null as string) as customer_id,
    cast(null as string) as unallocated_reason,
    'direct' as allocation_method,
    cast(null as string) as driver,
    cast(null as decimal(38, 12)) as driver_quantity,
    cast(1 as double) as allocated_share,
    false as is_idle,
    pools.billed_cost_usd,
    pools.effective_cost_usd,
    pools.effective_cost_usd as effective_cost_with_idle_usd,
    pools.list_cost_usd,
    pools.billed_quantity
from pools
left join metered_pools
    on pools.pool_id = metered_pools.pool_id
where
    pools.workload_id is not null
    and metered_pools.pool_id is null
