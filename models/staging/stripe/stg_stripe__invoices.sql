-- One row per invoice, with whether it is revenue and what its lines must add up to.
with source as (
    select * from {{ source('stripe', 'invoices') }}
),

current_rows as (
    {{ current_rows('source', 'stripe', 'invoices') }}
),

renamed as (
    select
        id as invoice_id,
        _delivery_id as delivery_id,
        coalesce(account_id, '(default)') as account_id,
        customer_id as stripe_customer_id,
        {{ json_text('metadata', 'customer_id') }} as told_customer_id,
        {{ json_text('metadata', 'feature_id') }} as told_feature_id,
        created as created_at,
        coalesce(finalized_at, created) as recorded_at,
        status as invoice_status,
        upper(currency) as currency,
        case
            when not livemode then 'test_mode'
            when coalesce(is_deleted, false) then 'deleted'
            when status not in ('open', 'paid') then status
        end as excluded_because,
        coalesce(
            total_excluding_tax_minor_units, total_minor_units - coalesce(tax_minor_units, 0)
        ) - coalesce(shipping_minor_units, 0) as line_total_minor_units
    from current_rows
)

select * from renamed
