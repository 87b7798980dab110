-- One row per cost pool × workload × customer × reason × rule: what was billed, and whose it is.
with pools as (
    select * from {{ ref('int_cost_pools') }}
),

assigned_costs as (
    select * from {{ ref('int_assigned_costs') }}
),

shared_costs as (
    select * from {{ ref('int_shared_costs') }}
),

shared_parts as (
    select distinct
        pool_id,
        coalesce(from_workload_id, '') as from_workload_id,
        is_idle
    from shared_costs
),

assigned as (
    select
        assigned_costs.pool_id,
        assigned_costs.charge_date,
        assigned_costs.workload_id,
        assigned_costs.customer_id,
        assigned_costs.unallocated_reason,
        cast(null as string) as allocation_rule_id,
        assigned_costs.allocation_method,
        assigned_costs.driver,
        assigned_costs.driver_quantity,
        assigned_costs.allocated_share,
        assigned_costs.is_idle,
        assigned_costs.billed_cost_usd,
        assigned_costs.effective_cost_usd,
        assigned_costs.effective_cost_with_idle_usd,
        assigned_costs.list_cost_usd,
        assigned_costs.billed_quantity
    from assigned_costs
    left join shared_parts
        on
            assigned_costs.pool_id = shared_parts.pool_id
            and coalesce(assigned_costs.workload_id, '') = shared_parts.from_workload_id
            and assigned_costs.is_idle = shared_parts.is_idle
    where shared_parts.pool_id is null
),

shared as (
    select
        pool_id,
        charge_date,
        workload_id,
        cast(null as string) as customer_id,
        cast(null as string) as unallocated_reason,
        rule_id as allocation_rule_id,
        'shared' as allocation_method,
        driver,
        driver_quantity,
        allocated_share,
        is_idle,
        billed_cost_usd,
        effective_cost_usd,
        effective_cost_with_idle_usd,
        list_cost_usd,
        billed_quantity
    from shared_costs
),

-- read again: a CTE with two readers is held whole, whatever few days or meters are asked for
handled_pools as (
    select
        pool_id,
        charge_date
    from {{ ref('int_assigned_costs') }}
    union distinct
    select
        pool_id,
        charge_date
    from shared_costs
),

unallocated as (
    select
        pools.pool_id,
        pools.charge_date,
        cast(null as string) as workload_id,
        cast(null as string) as customer_id,
        case
            when pools.corrects_month_start_date is not null then 'correction'
            when pools.commitment_discount_status = 'Unused' then 'unused_commitment'
            when pools.charge_category in ('Tax', 'Credit', 'Purchase', 'Adjustment')
                then lower(pools.charge_category)
            when pools.bill_meter is not null then 'no_driver'
            else 'no_workload_rule'
        end as unallocated_reason,
        cast(null as string) as allocation_rule_id,
        'unallocated' as allocation_method,
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
    left join handled_pools
        on
            pools.pool_id = handled_pools.pool_id
            and pools.charge_date = handled_pools.charge_date
    where handled_pools.pool_id is null
),

billed as (
    select * from assigned
    union all
    select * from shared
    union all
    select * from unallocated
)

select
    billed.pool_id,
    billed.charge_date as usage_date,
    pools.provider_id,
    pools.billing_account_id,
    pools.sub_account_id,
    pools.invoice_id,
    pools.service_name,
    pools.service_category,
    pools.charge_category,
    pools.commitment_discount_status,
    pools.corrects_month_start_date,
    pools.model_key,
    pools.bill_meter,
    billed.workload_id,
    billed.customer_id,
    'open' as cost_status,
    billed.allocation_method,
    billed.allocation_rule_id,
    billed.unallocated_reason,
    billed.driver,
    billed.driver_quantity,
    billed.allocated_share,
    billed.is_idle,
    billed.billed_cost_usd,
    billed.effective_cost_usd,
    billed.effective_cost_with_idle_usd,
    cast(null as decimal(38, 12)) as estimated_cost_usd,
    billed.list_cost_usd,
    billed.billed_quantity
from billed
inner join pools
    on
        billed.pool_id = pools.pool_id
        and billed.charge_date = pools.charge_date
