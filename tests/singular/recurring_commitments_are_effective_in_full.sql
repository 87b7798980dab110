-- What a commitment costs every month is in the effective cost of its used and unused parts: less
-- means that amortised cost is missing. Months that are over, in reports that tell both parts.
with charges as (
    select
        provider_id,
        billing_account_id,
        commitment_discount_id,
        cast(date_trunc('month', charge_period_start) as date) as month_start_date,
        charge_category,
        charge_frequency,
        billed_cost,
        effective_cost
    from {{ ref('fct_charges') }}
    where
        charge_source in ('aws.cur', 'azure.cost_details')
        and commitment_discount_id is not null
),

last_months as (
    select
        provider_id,
        billing_account_id,
        max(month_start_date) as month_start_date
    from charges
    group by provider_id, billing_account_id
),

months as (
    select
        provider_id,
        billing_account_id,
        commitment_discount_id,
        month_start_date,
        sum(
            case
                when charge_category = 'Purchase' and charge_frequency = 'Recurring'
                    then billed_cost
                else 0
            end
        ) as recurring_cost,
        sum(case when charge_category = 'Usage' then effective_cost else 0 end) as effective_cost
    from charges
    group by provider_id, billing_account_id, commitment_discount_id, month_start_date
)

select months.*
from months
inner join last_months
    on
        months.provider_id = last_months.provider_id
        and months.billing_account_id = last_months.billing_account_id
        and months.month_start_date < last_months.month_start_date
where months.effective_cost < months.recurring_cost - 0.01 * abs(months.recurring_cost)
