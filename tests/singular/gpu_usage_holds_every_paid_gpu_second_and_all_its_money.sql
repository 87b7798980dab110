-- Held, idle or unobserved: every GPU-second that a bill charges for is in the mart once, per day,
-- provider and account, and so is its money as the ledger has it, on both bases.
with differences as (
    select
        charge_date as usage_date,
        provider_id,
        billing_account_id,
        sub_account_id,
        metered_quantity as paid_gpu_seconds,
        case when metered_quantity is null then 1 else 0 end as unknown_lines,
        cast(null as decimal(38, 12)) as billed_cost_usd,
        cast(null as decimal(38, 12)) as effective_cost_usd,
        cast(null as decimal(38, 12)) as effective_cost_with_idle_usd
    from {{ ref('fct_charges') }}
    where
        cost_meter = 'gpu_seconds'
        and corrects_month_start_date is null
    union all
    select
        usage_date,
        provider_id,
        billing_account_id,
        sub_account_id,
        cast(null as decimal(38, 12)) as paid_gpu_seconds,
        0 as unknown_lines,
        billed_cost_usd,
        effective_cost_usd,
        effective_cost_with_idle_usd
    from {{ ref('fct_allocated_costs') }}
    where
        bill_meter = 'gpu_seconds'
        and cost_status <> 'estimated'
    union all
    select
        usage_date,
        provider_id,
        billing_account_id,
        sub_account_id,
        case when corrects_month_start_date is null then -paid_gpu_seconds end as paid_gpu_seconds,
        0 as unknown_lines,
        -billed_cost_usd as billed_cost_usd,
        -effective_cost_usd as effective_cost_usd,
        -effective_cost_with_idle_usd as effective_cost_with_idle_usd
    from {{ ref('fct_gpu_usage_daily') }}
)

select
    usage_date,
    provider_id,
    billing_account_id,
    sub_account_id,
    sum(paid_gpu_seconds) as difference_gpu_seconds,
    sum(billed_cost_usd) as billed_difference_usd,
    sum(effective_cost_usd) as effective_difference_usd,
    sum(effective_cost_with_idle_usd) as effective_with_idle_difference_usd
from differences
group by usage_date, provider_id, billing_account_id, sub_account_id
having
    -- a line whose unit nobody knows makes the sum unknown
    (sum(paid_gpu_seconds) <> 0 and sum(unknown_lines) = 0)
    or sum(billed_cost_usd) <> 0
    or sum(effective_cost_usd) <> 0
    or sum(effective_cost_with_idle_usd) <> 0
