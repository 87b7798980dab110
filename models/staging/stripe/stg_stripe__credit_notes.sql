-- One row per issued credit note on an invoice that counts: what it takes back, without tax, < 0.
with source as (
    select * from {{ source('stripe', 'credit_notes') }}
),

invoices as (
    select * from {{ ref('stg_stripe__invoices') }}
),

current_rows as (
    {{ current_rows('source', 'stripe', 'credit_notes') }}
),

renamed as (
    select
        current_rows.id as revenue_id,
        'stripe.credit_notes' as revenue_source,
        current_rows._delivery_id as delivery_id,
        coalesce(
            {{ json_text('current_rows.metadata', 'customer_id') }},
            invoices.told_customer_id,
            current_rows.customer_id,
            invoices.stripe_customer_id
        ) as customer_id,
        coalesce(
            {{ json_text('current_rows.metadata', 'feature_id') }}, invoices.told_feature_id
        ) as feature_id,
        'credit_note' as revenue_category,
        {{ stripe_amount(
            'coalesce(current_rows.shipping_minor_units, 0)'
            ~ ' - current_rows.total_excluding_tax_minor_units',
            'current_rows.currency'
        ) }} as revenue,
        upper(current_rows.currency) as currency,
        cast(coalesce(current_rows.effective_at, current_rows.created) as date)
            as period_start_date,
        cast(coalesce(current_rows.effective_at, current_rows.created) + interval 1 day as date)
            as period_end_date,
        current_rows.created as recorded_at
    from current_rows
    left join invoices on current_rows.invoice_id = invoices.invoice_id
    where
        current_rows.status = 'issued'
        and current_rows.livemode
        -- an invoice that earns nothing has nothing to take back; one that is not landed may have
        and invoices.excluded_because is null
)

select * from renamed
