-- Every cent of the bill is in the ledger exactly once, per day, provider, account and invoice.
with billed as (
    select
        charge_date as usage_date,
        provider_id,
        billing_account_id,
        invoice_id,
        billed_cost_usd,
        effective_cost_usd
    from {{ ref('fct_charges') }}
    union all
    select
        usage_date,
        provider_id,
        billing_account_id,
        invoice_id,
        -billed_cost_usd as billed_cost_usd,
        -effective_cost_usd as effective_cost_usd
    from {{ ref('fct_allocated_costs') }}
    where cost_status <> 'estimated'
)

select
    usage_date,
    provider_id,
    billing_account_id,
    invoice_id,
    sum(billed_cost_usd) as billed_difference_usd,
    sum(effective_cost_usd) as effective_difference_usd
from billed
group by usage_date, provider_id, billing_account_id, invoice_id
having
    sum(billed_cost_usd) <> 0
    or sum(effective_cost_usd) <> 0
