-- Each cost pool is in the ledger, whole: no pool is missing and no share is lost in rounding, on
-- either basis.
with pools as (
    select * from {{ ref('int_cost_pools') }}
),

ledger as (
    select
        pool_id,
        sum(billed_cost_usd) as billed_cost_usd,
        sum(effective_cost_usd) as effective_cost_usd,
        sum(effective_cost_with_idle_usd) as effective_cost_with_idle_usd
    from {{ ref('fct_allocated_costs') }}
    where cost_status = 'open'
    group by pool_id
)

select
    coalesce(pools.pool_id, ledger.pool_id) as pool_id,
    pools.billed_cost_usd as pool_billed_cost_usd,
    ledger.billed_cost_usd as ledger_billed_cost_usd
from pools
full outer join ledger
    on pools.pool_id = ledger.pool_id
where
    pools.pool_id is null
    or ledger.pool_id is null
    or coalesce(pools.billed_cost_usd, 0) <> coalesce(ledger.billed_cost_usd, 0)
    or coalesce(pools.effective_cost_usd, 0) <> coalesce(ledger.effective_cost_usd, 0)
    or coalesce(pools.effective_cost_usd, 0) <> coalesce(ledger.effective_cost_with_idle_usd, 0)
