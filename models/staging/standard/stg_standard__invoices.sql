-- One row per provider × invoice; the latest version of it, voided ones too.
with source as (
    select * from {{ source('standard', 'invoices') }}
),

latest_rows as (
    {{ latest_per_key('source', ['lower(provider_id)', 'invoice_id'], [
        'updated_at', '_landed_at', '_delivery_id', '_row_number',
    ]) }}
),

renamed as (
    select
        invoice_id,
        'standard.invoices' as invoice_source,
        _delivery_id as delivery_id,
        lower(provider_id) as provider_id,
        billing_account_id,
        invoice_issuer_name,
        billing_period_start,
        billing_period_end,
        issued_at,
        upper(currency) as currency,
        cast(invoiced_amount as decimal(38, 12)) as invoiced_amount,
        cast(tax_amount as decimal(38, 12)) as tax_amount,
        status as invoice_status,
        status = 'void' as is_void,
        due_date,
        updated_at
    from latest_rows
)

select * from renamed
