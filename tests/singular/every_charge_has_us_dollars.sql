-- A bill in a currency without an exchange rate on its day: land the rate (standard.fx_rates).
select
    charge_id,
    charge_date,
    billing_currency,
    billed_cost
from {{ ref('fct_charges') }}
where
    billed_cost_usd is null
    or effective_cost_usd is null
