-- One row per line of an invoice that counts: what it earns over its own period, without tax.
with source as (
    select
        id,
        invoice_id,
        amount_minor_units,
        period_start,
        period_end,
        parent_type,
        is_subscription_proration,
        is_invoice_item_proration,
        discount_amounts,
        pretax_credit_amounts,
        taxes,
        metadata,
        _delivery_id,
        _row_number,
        _landed_at
    from {{ source('stripe', 'invoice_line_items') }}
),

invoices as (
    select * from {{ ref('stg_stripe__invoices') }}
    where excluded_because is null
),

latest_rows as (
    {{ latest_per_key('source', ['invoice_id', 'id'], [
        '_landed_at', '_delivery_id', '_row_number',
    ]) }}
),

discounts as (
    {{ json_array_items('latest_rows', 'discount_amounts', ['invoice_id', 'id']) }}
),

credits as (
    {{ json_array_items('latest_rows', 'pretax_credit_amounts', ['invoice_id', 'id']) }}
),

taxes as (
    {{ json_array_items('latest_rows', 'taxes', ['invoice_id', 'id']) }}
),

deductions as (
    select
        invoice_id,
        id,
        {{ json_bigint('item', 'amount') }} as minor_units
    from discounts
    union all
    select
        invoice_id,
        id,
        {{ json_bigint('item', 'amount') }} as minor_units
    from credits
    -- discounts stand in this list a second time
    where {{ json_text('item', 'type') }} = 'credit_balance_transaction'
    union all
    select
        invoice_id,
        id,
        {{ json_bigint('item', 'amount') }} as minor_units
    from taxes
    where
        {{ json_text('item', 'tax_behavior') }} = 'inclusive'
        or {{ json_text('item', 'inclusive') }} = 'true'
),

deducted as (
    select
        invoice_id,
        id,
        sum(minor_units) as minor_units
    from deductions
    group by invoice_id, id
),

renamed as (
    select
        concat(latest_rows.invoice_id, '/', latest_rows.id) as revenue_id,
        'stripe.invoice_line_items' as revenue_source,
        latest_rows._delivery_id as delivery_id,
        coalesce(
            {{ json_text('latest_rows.metadata', 'customer_id') }},
            invoices.told_customer_id,
            invoices.stripe_customer_id
        ) as customer_id,
        coalesce(
            {{ json_text('latest_rows.metadata', 'feature_id') }}, invoices.told_feature_id
        ) as feature_id,
        case
            when
                coalesce(latest_rows.is_subscription_proration, false)
                or coalesce(latest_rows.is_invoice_item_proration, false)
                then 'proration'
            when latest_rows.parent_type like 'subscription%' then 'subscription'
            when latest_rows.parent_type like 'invoice%' then 'invoice_item'
        end as revenue_category,
        {{ stripe_amount(
            'latest_rows.amount_minor_units - coalesce(deducted.minor_units, 0)',
            'invoices.currency'
        ) }} as revenue,
        invoices.currency,
        cast(latest_rows.period_start as date) as period_start_date,
        -- a line without a period is earned on one day, as is one within a day
        case
            when cast(latest_rows.period_end as date) > cast(latest_rows.period_start as date)
                then cast(latest_rows.period_end as date)
            else cast(latest_rows.period_start + interval 1 day as date)
        end as period_end_date,
        invoices.recorded_at
    from latest_rows
    inner join invoices on latest_rows.invoice_id = invoices.invoice_id
    left join deducted
        on
            latest_rows.invoice_id = deducted.invoice_id
            and latest_rows.id = deducted.id
)

select * from renamed
