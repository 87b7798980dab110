-- One row per cost pool × idle or not that a rule shares, with the first rule that fits.
-- Rules see pools without an owner and without metered use, and what they take from a workload.
with pools as (
    select * from {{ ref('int_cost_pools') }}
),

assigned_costs as (
    select * from {{ ref('int_assigned_costs') }}
),

rules as (
    select * from {{ ref('allocation_rules') }}
),

assigned_pools as (
    select distinct pool_id
    from assigned_costs
),

sharable as (
    select
        pools.pool_id,
        cast(null as string) as from_workload_id,
        false as is_idle,
        pools.billed_cost_usd,
        pools.effective_cost_usd,
        pools.effective_cost_usd as effective_cost_with_idle_usd,
        pools.list_cost_usd,
        pools.billed_quantity
    from pools
    left join assigned_pools
        on pools.pool_id = assigned_pools.pool_id
    where assigned_pools.pool_id is null
    union all
    select
        pool_id,
        workload_id as from_workload_id,
        is_idle,
        cast(sum(billed_cost_usd) as decimal(38, 12)) as billed_cost_usd,
        cast(sum(effective_cost_usd) as decimal(38, 12)) as effective_cost_usd,
        cast(sum(effective_cost_with_idle_usd) as decimal(38, 12)) as effective_cost_with_idle_usd,
        cast(sum(list_cost_usd) as decimal(38, 12)) as list_cost_usd,
        cast(sum(billed_quantity) as decimal(38, 12)) as billed_quantity
    from assigned_costs
    where workload_id is not null
    group by pool_id, workload_id, is_idle
),

matched as (
    select
        sharable.*,
        rules.rule_id,
        rules.method,
        rules.priority,
        count(*) over (
            partition by
                sharable.pool_id, sharable.from_workload_id, sharable.is_idle, rules.priority
        ) as rules_of_one_priority
    from sharable
    inner join pools
        on sharable.pool_id = pools.pool_id
    inner join rules
        on
            coalesce(sharable.from_workload_id, '') = coalesce(rules.from_workload_id, '')
            and (rules.provider_id is null or rules.provider_id = pools.provider_id)
            and (rules.account_id is null or rules.account_id = pools.billing_account_id)
            and (rules.project_id is null or rules.project_id = pools.sub_account_id)
            and (rules.service_name is null or rules.service_name = pools.service_name)
            and (rules.service_category is null or rules.service_category = pools.service_category)
            and (rules.charge_category is null or rules.charge_category = pools.charge_category)
    qualify row_number() over (
        partition by sharable.pool_id, sharable.from_workload_id, sharable.is_idle
        order by rules.priority, rules.rule_id
    ) = 1
)

select
    {{ hash_key(['pool_id', 'from_workload_id', 'is_idle']) }} as shared_pool_id,
    pool_id,
    from_workload_id,
    is_idle,
    rule_id,
    method,
    rules_of_one_priority,
    billed_cost_usd,
    effective_cost_usd,
    effective_cost_with_idle_usd,
    list_cost_usd,
    billed_quantity
from matched
