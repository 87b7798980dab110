-- The lines of an invoice that counts earn what it says: its total without tax and shipping.
-- Otherwise lines were not landed, or they lack their discounts (as in Fivetran's table).
with invoices as (
    select
        invoice_id,
        {{ stripe_amount('line_total_minor_units', 'currency') }} as line_total
    from {{ ref('stg_stripe__invoices') }}
    where excluded_because is null
),

lines as (
    select
        substring(revenue_id, 1, position('/' in revenue_id) - 1) as invoice_id,
        sum(revenue) as revenue
    from {{ ref('stg_stripe__invoice_line_items') }}
    group by 1
)

select
    invoices.invoice_id,
    invoices.line_total,
    lines.revenue
from invoices
left join lines on invoices.invoice_id = lines.invoice_id
where coalesce(lines.revenue, 0) <> invoices.line_total
