-- One row per billed line that counts, or correction of a closed month, with the day it counts on.
{%- set amounts = [
    'billed_cost_usd', 'effective_cost_usd', 'contracted_cost_usd', 'list_cost_usd',
] %}
with charges_in_usd as (
    select * from {{ ref('int_charges_in_usd') }}
),

corrections as (
    select * from {{ ref('int_charge_corrections') }}
)

select
    {{ shape_columns('int_charges', 'int_charges') }},
    cast(charge_period_start as date) as charge_date,
    cast(null as date) as corrects_month_start_date,
    fx_usd_per_billing_currency,
    {{ amounts | join(',\n    ') }}
from charges_in_usd

union all

select
    {{ shape_columns('int_charges', 'int_charge_corrections') }},
    charge_date,
    corrects_month_start_date,
    cast(null as decimal(15, 12)) as fx_usd_per_billing_currency,
    {{ amounts | join(',\n    ') }}
from corrections
