-- A line whose invoice was not landed earns nothing: land the invoices of the same days.
with invoices as (
    select * from {{ ref('stg_stripe__invoices') }}
)

select
    invoice_lines.id,
    invoice_lines.invoice_id
from {{ source('stripe', 'invoice_line_items') }} as invoice_lines
left join invoices on invoice_lines.invoice_id = invoices.invoice_id
where invoices.invoice_id is null
