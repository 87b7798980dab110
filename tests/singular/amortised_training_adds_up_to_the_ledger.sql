-- The days of service carry all of the training cost in the ledger, to the last digit.
with spread as (
    select
        training_workload_id as workload_id,
        sum(amortised_cost_usd) as amortised_cost_usd
    from {{ ref('fct_training_amortisation_daily') }}
    group by training_workload_id
),

booked as (
    select
        ledger.workload_id,
        sum(ledger.effective_cost_usd) as effective_cost_usd
    from {{ ref('fct_allocated_costs') }} as ledger
    inner join {{ ref('amortisation_rules') }} as rules
        on ledger.workload_id = rules.workload_id
    group by ledger.workload_id
)

select
    booked.workload_id,
    booked.effective_cost_usd,
    spread.amortised_cost_usd
from booked
left join spread
    on booked.workload_id = spread.workload_id
where coalesce(booked.effective_cost_usd, 0) <> coalesce(spread.amortised_cost_usd, 0)
