-- One row per shared pool × workload that takes a part of it, exact to the last digit.
-- A rule whose targets have no weight gives no rows: its pools stay where they were.
with shared_pools as (
    select * from {{ ref('int_shared_pools') }}
),

pools as (
    select * from {{ ref('int_cost_pools') }}
),

targets as (
    select * from {{ ref('allocation_targets') }}
),

assigned_costs as (
    select * from {{ ref('int_assigned_costs') }}
),

-- what a workload costs by itself: the base of proportional shares
own_costs as (
    select
        pools.charge_date,
        assigned_costs.workload_id,
        sum(assigned_costs.effective_cost_usd) as effective_cost_usd
    from assigned_costs
    inner join pools
        on assigned_costs.pool_id = pools.pool_id
    where
        assigned_costs.workload_id is not null
        and not assigned_costs.is_idle
        and pools.corrects_month_start_date is null
    group by pools.charge_date, assigned_costs.workload_id
),

periods as (
    select distinct
        pools.driver_start_date,
        pools.driver_end_date
    from pools
    inner join shared_pools
        on pools.pool_id = shared_pools.pool_id
    where shared_pools.method = 'proportional'
),

period_costs as (
    select
        periods.driver_start_date,
        periods.driver_end_date,
        own_costs.workload_id,
        cast(greatest(sum(own_costs.effective_cost_usd), 0) as decimal(38, 12))
            as effective_cost_usd
    from periods
    inner join own_costs
        on
            periods.driver_start_date <= own_costs.charge_date
            and periods.driver_end_date >= own_costs.charge_date
    group by periods.driver_start_date, periods.driver_end_date, own_costs.workload_id
),

shared as (
    select
        shared_pools.shared_pool_id,
        shared_pools.pool_id,
        pools.charge_date,
        shared_pools.from_workload_id,
        shared_pools.is_idle,
        shared_pools.rule_id,
        shared_pools.method,
        shared_pools.billed_cost_usd as pool_billed_cost_usd,
        shared_pools.effective_cost_usd as pool_effective_cost_usd,
        shared_pools.effective_cost_with_idle_usd as pool_effective_cost_with_idle_usd,
        shared_pools.list_cost_usd as pool_list_cost_usd,
        shared_pools.billed_quantity as pool_billed_quantity,
        targets.workload_id,
        cast(
            case shared_pools.method
                when 'even' then 1
                when 'fixed' then targets.weight
                else coalesce(period_costs.effective_cost_usd, 0)
            end as decimal(38, 12)
        ) as driver_quantity
    from shared_pools
    inner join pools
        on shared_pools.pool_id = pools.pool_id
    inner join targets
        on shared_pools.rule_id = targets.rule_id
    left join period_costs
        on
            pools.driver_start_date = period_costs.driver_start_date
            and pools.driver_end_date = period_costs.driver_end_date
            and targets.workload_id = period_costs.workload_id
),

weighted as (
    select
        shared.*,
        {{ to_picos('driver_quantity') }} as weight
    from shared
),

split as (
    {{ split_exactly(
        'weighted',
        pool=['shared_pool_id'],
        splits=[
            {'amount': 'pool_billed_cost_usd', 'weight': 'weight', 'result': 'billed_cost_usd'},
            {'amount': 'pool_effective_cost_usd', 'weight': 'weight',
             'result': 'effective_cost_usd'},
            {'amount': 'pool_effective_cost_with_idle_usd', 'weight': 'weight',
             'result': 'effective_cost_with_idle_usd'},
            {'amount': 'pool_list_cost_usd', 'weight': 'weight', 'result': 'list_cost_usd'},
            {'amount': 'pool_billed_quantity', 'weight': 'weight', 'result': 'billed_quantity'},
        ],
        tie_breakers=['workload_id'],
    ) }}
)

select
    shared_pool_id,
    pool_id,
    charge_date,
    from_workload_id,
    is_idle,
    rule_id,
    workload_id,
    case method
        when 'even' then 'even'
        when 'fixed' then 'fixed_weights'
        else 'direct_cost'
    end as driver,
    driver_quantity,
    allocated_share,
    billed_cost_usd,
    effective_cost_usd,
    effective_cost_with_idle_usd,
    list_cost_usd,
    billed_quantity
from split
where driver_quantity > 0
