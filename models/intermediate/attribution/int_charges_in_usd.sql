-- One row per billed line of every bill that counts, with its US dollars.
with charges as (
    select * from {{ ref('int_charges') }}
),

bill_feeds as (
    select * from {{ ref('int_bill_feeds') }}
),

fx_rates as (
    select * from {{ ref('int_fx_rates') }}
)

select
    charges.*,
    fx_rates.usd_per_unit as fx_usd_per_billing_currency,
    {{ to_usd('charges.billed_cost', 'fx_rates.usd_per_unit') }} as billed_cost_usd,
    {{ to_usd('charges.effective_cost', 'fx_rates.usd_per_unit') }} as effective_cost_usd,
    {{ to_usd('charges.contracted_cost', 'fx_rates.usd_per_unit') }} as contracted_cost_usd,
    {{ to_usd('charges.list_cost', 'fx_rates.usd_per_unit') }} as list_cost_usd
from charges
inner join bill_feeds
    on
        charges.provider_id = bill_feeds.provider_id
        and charges.billing_account_id = bill_feeds.billing_account_id
        and charges.charge_source = bill_feeds.charge_source
        and cast(date_trunc('month', charges.charge_period_start) as date)
        = bill_feeds.month_start_date
        and bill_feeds.is_counted
left join fx_rates
    on
        charges.billing_currency = fx_rates.currency
        and cast(charges.charge_period_start as date) >= fx_rates.valid_from
        and cast(charges.charge_period_start as date) < fx_rates.valid_to
