-- A commitment paid at once whose purchase day has no amortized export is effective on that day,
-- and again on every later day that has one: land the amortized export of the purchase day too.
with lines as (
    select * from {{ ref('stg_azure__cost_lines') }}
    where is_charge and is_commitment
)

select
    purchases.line_id,
    purchases.commitment_id,
    purchases.effective_cost
from lines as purchases
where
    purchases.cost_view = 'actual'
    and purchases.charge_type = 'purchase'
    and lower(purchases.azure_frequency) = 'onetime'
    and purchases.effective_cost <> 0
    and exists (
        select 1
        from lines as amortized
        where
            amortized.cost_view = 'amortized'
            and amortized.billing_account_id = purchases.billing_account_id
            and (
                amortized.commitment_id = purchases.commitment_id
                or amortized.product_order_id = purchases.product_order_id
            )
    )
