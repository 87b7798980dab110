-- One row per provider × invoice, landed or named by a bill: does the bill add up to the invoice?
-- Not additive across currencies, nor invoiced and billed amounts, which are two views of one debt.
with invoices as (
    select * from {{ ref('stg_standard__invoices') }}
),

charges as (
    select * from {{ ref('fct_charges') }}
    where invoice_id is not null
),

ledger as (
    select * from {{ ref('fct_allocated_costs') }}
    where invoice_id is not null
),

billed as (
    select
        provider_id,
        invoice_id,
        max(billing_account_id) as billing_account_id,
        -- money in two currencies has no sum
        case when min(billing_currency) = max(billing_currency) then max(billing_currency) end
            as billing_currency,
        case
            when min(billing_currency) = max(billing_currency)
                then cast(sum(billed_cost) as decimal(38, 12))
        end as billed_cost,
        case
            when count(billed_cost_usd) = count(*)
                then cast(sum(billed_cost_usd) as decimal(38, 12))
        end as billed_cost_usd,
        count(*) as charge_lines
    from charges
    group by provider_id, invoice_id
),

booked as (
    select
        provider_id,
        invoice_id,
        case
            when count(billed_cost_usd) = count(*)
                then cast(sum(billed_cost_usd) as decimal(38, 12))
        end as ledger_billed_cost_usd
    from ledger
    group by provider_id, invoice_id
),

joined as (
    select
        coalesce(invoices.provider_id, billed.provider_id) as provider_id,
        coalesce(invoices.invoice_id, billed.invoice_id) as invoice_id,
        coalesce(invoices.billing_account_id, billed.billing_account_id) as billing_account_id,
        invoices.invoice_status,
        coalesce(invoices.is_void, false) as is_void,
        cast(invoices.billing_period_start as date) as billing_period_start_date,
        cast(invoices.billing_period_end as date) as billing_period_end_date,
        invoices.currency as invoice_currency,
        invoices.invoiced_amount,
        billed.billing_currency,
        billed.billed_cost,
        cast(coalesce(billed.charge_lines, 0) as bigint) as charge_lines,
        billed.billed_cost_usd,
        booked.ledger_billed_cost_usd,
        invoices.invoice_id is not null as is_landed,
        invoices.currency = billed.billing_currency as is_one_currency
    from invoices
    full outer join billed
        on
            invoices.provider_id = billed.provider_id
            and invoices.invoice_id = billed.invoice_id
    left join booked
        on
            coalesce(invoices.provider_id, billed.provider_id) = booked.provider_id
            and coalesce(invoices.invoice_id, billed.invoice_id) = booked.invoice_id
),

compared as (
    select
        joined.*,
        case
            when is_one_currency
                then {{ exact_sum(['invoiced_amount'], minus=['billed_cost']) }}
        end as invoice_difference,
        {{ exact_sum(['billed_cost_usd'], minus=['ledger_billed_cost_usd']) }}
            as ledger_difference_usd
    from joined
)

select
    {{ hash_key(['provider_id', 'invoice_id']) }} as invoice_key_id,
    provider_id,
    invoice_id,
    billing_account_id,
    billing_period_start_date,
    billing_period_end_date,
    invoice_status,
    invoice_currency,
    cast(invoiced_amount as decimal(38, 12)) as invoiced_cost,
    billing_currency,
    billed_cost,
    invoice_difference,
    charge_lines,
    billed_cost_usd,
    ledger_billed_cost_usd,
    ledger_difference_usd,
    case
        when not is_landed then 'invoice_not_landed'
        when is_void and charge_lines = 0 then 'void'
        when is_void then 'void_but_billed'
        when charge_lines = 0 then 'no_bill'
        when billing_currency is null or not is_one_currency then 'currency_differs'
        when invoice_difference = 0 then 'matched'
        when abs(invoice_difference) < 0.01 then 'rounded'
        else 'differs'
    end as reconciliation_status
from compared
