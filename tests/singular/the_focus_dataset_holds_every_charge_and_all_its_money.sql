-- Per invoice, currency and commitment: FOCUS asks for both sums, and nothing is lost on the way.
with lines as (
    select
        invoice_id,
        billing_currency,
        commitment_discount_id,
        commitment_discount_status,
        1 as line_count,
        billed_cost,
        effective_cost
    from {{ ref('fct_charges') }}
    union all
    select
        InvoiceId as invoice_id,
        BillingCurrency as billing_currency,
        CommitmentDiscountId as commitment_discount_id,
        CommitmentDiscountStatus as commitment_discount_status,
        -1 as line_count,
        -BilledCost as billed_cost,
        -EffectiveCost as effective_cost
    from {{ ref('focus_cost_and_usage') }}
)

select
    invoice_id,
    billing_currency,
    commitment_discount_id,
    commitment_discount_status,
    sum(line_count) as line_difference,
    sum(billed_cost) as billed_difference,
    sum(effective_cost) as effective_difference
from lines
group by invoice_id, billing_currency, commitment_discount_id, commitment_discount_status
having
    sum(line_count) <> 0
    or sum(billed_cost) <> 0
    or sum(effective_cost) <> 0
