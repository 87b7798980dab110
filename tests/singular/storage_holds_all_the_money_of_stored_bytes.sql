-- The ledger's cost of storage is in fct_storage_daily, per day and provider, to the last digit.
with differences as (
    select
        usage_date,
        provider_id,
        billed_cost_usd,
        effective_cost_usd
    from {{ ref('fct_allocated_costs') }}
    where
        bill_meter = 'byte_hours'
        and cost_status <> 'estimated'
    union all
    select
        usage_date,
        provider_id,
        -billed_cost_usd as billed_cost_usd,
        -effective_cost_usd as effective_cost_usd
    from {{ ref('fct_storage_daily') }}
)

select
    usage_date,
    provider_id,
    sum(billed_cost_usd) as billed_difference_usd,
    sum(effective_cost_usd) as effective_difference_usd
from differences
group by usage_date, provider_id
having
    sum(billed_cost_usd) <> 0
    or sum(effective_cost_usd) <> 0
