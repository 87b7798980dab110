-- One row per amortisation rule × UTC day of service: training cost spread straight-line.
-- Not additive with the ledger, which holds the same money on the days it was billed.
with ledger as (
    select * from {{ ref('fct_allocated_costs') }}
),

rules as (
    select * from {{ ref('amortisation_rules') }}
),

workloads as (
    select * from {{ ref('workloads') }}
),

training_costs as (
    select
        rules.rule_id,
        rules.workload_id as training_workload_id,
        rules.to_workload_id as workload_id,
        rules.months,
        -- a model that serves already pays for later training from that day on
        greatest(ledger.usage_date, rules.serves_from) as service_start_date,
        cast(sum(ledger.effective_cost_usd) as decimal(38, 12)) as effective_cost_usd
    from ledger
    inner join rules
        on ledger.workload_id = rules.workload_id
    where ledger.effective_cost_usd is not null
    group by
        rules.rule_id, rules.workload_id, rules.to_workload_id, rules.months,
        greatest(ledger.usage_date, rules.serves_from)
),

bounded as (
    select
        training_costs.*,
        {{ add_months('service_start_date', 'months') }} as service_end_date
    from training_costs
),

bounds as (
    select
        min(service_start_date) as first_day,
        cast(max(service_end_date) - interval 1 day as date) as last_day
    from bounded
),

-- a calendar of its own: service lies ahead of everything that was landed
days as (
    {{ date_series('bounds', 'first_day', 'last_day') }}
),

served as (
    select
        bounded.*,
        days.date_day as usage_date,
        {{ days_between('bounded.service_start_date', 'bounded.service_end_date') }}
            as service_days,
        {{ days_between('bounded.service_start_date', 'days.date_day') }} as days_before
    from bounded
    inner join days
        on
            bounded.service_start_date <= days.date_day
            and bounded.service_end_date > days.date_day
),

-- what is used up by the end of the day less what was by its start: days add up to the cost
spread as (
    select
        served.*,
        {{ whole_share(to_picos('effective_cost_usd'), 'days_before + 1', 'service_days') }}
        - {{ whole_share(to_picos('effective_cost_usd'), 'days_before', 'service_days') }}
            as day_picos
    from served
)

select
    {{ hash_key(['spread.rule_id', 'spread.usage_date']) }} as training_amortisation_id,
    spread.usage_date,
    spread.rule_id as amortisation_rule_id,
    spread.training_workload_id,
    spread.workload_id,
    workloads.feature_id,
    {{ from_picos('sum(spread.day_picos)') }} as amortised_cost_usd
from spread
left join workloads
    on spread.workload_id = workloads.workload_id
group by
    spread.rule_id, spread.usage_date, spread.training_workload_id, spread.workload_id,
    workloads.feature_id
