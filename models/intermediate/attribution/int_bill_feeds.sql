-- One row per provider × account × month × feed that delivers its bill, and whether it counts.
with charges as (
    select * from {{ ref('int_charges') }}
),

bill_precedence as (
    select * from {{ ref('bill_precedence') }}
),

delivered as (
    select
        provider_id,
        billing_account_id,
        cast(date_trunc('month', charge_period_start) as date) as month_start_date,
        charge_source,
        count(*) as charge_lines,
        min(billing_currency) as billing_currency,
        -- money in two currencies has no sum
        case
            when min(billing_currency) = max(billing_currency)
                then cast(sum(billed_cost) as decimal(38, 12))
        end as billed_cost
    from charges
    group by provider_id, billing_account_id, month_start_date, charge_source
),

ranked as (
    select
        delivered.*,
        bill_precedence.precedence,
        min(bill_precedence.precedence) over (
            partition by
                delivered.provider_id, delivered.billing_account_id, delivered.month_start_date
        ) as first_precedence
    from delivered
    left join bill_precedence
        on
            delivered.provider_id = bill_precedence.provider_id
            and delivered.charge_source = bill_precedence.charge_source
)

select
    provider_id,
    billing_account_id,
    month_start_date,
    charge_source,
    charge_lines,
    billing_currency,
    billed_cost,
    precedence,
    precedence is null or precedence = first_precedence as is_counted
from ranked
