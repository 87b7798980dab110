-- One row per billed line of every current bill, in FOCUS 1.4 terms, with its US dollars.
-- Not additive: billed and effective cost are two views of one bill; unit prices never add up.
with charges as (
    select * from {{ ref('int_charges') }}
),

fx_rates as (
    select * from {{ ref('int_fx_rates') }}
),

model_names as (
    select * from {{ ref('int_model_names') }}
),

workload_matches as (
    select * from {{ ref('int_workload_matches') }}
)

select
    charges.*,
    cast(charges.charge_period_start as date) as charge_date,
    model_names.model_id,
    model_names.model_key,
    workload_matches.workload_id,
    workload_matches.rule_id as workload_rule_id,
    fx_rates.usd_per_unit as fx_usd_per_billing_currency,
    {{ to_usd('charges.billed_cost', 'fx_rates.usd_per_unit') }} as billed_cost_usd,
    {{ to_usd('charges.effective_cost', 'fx_rates.usd_per_unit') }} as effective_cost_usd,
    {{ to_usd('charges.contracted_cost', 'fx_rates.usd_per_unit') }} as contracted_cost_usd,
    {{ to_usd('charges.list_cost', 'fx_rates.usd_per_unit') }} as list_cost_usd
from charges
left join fx_rates
    on
        charges.billing_currency = fx_rates.currency
        and cast(charges.charge_period_start as date) >= fx_rates.valid_from
        and cast(charges.charge_period_start as date) < fx_rates.valid_to
left join model_names
    on
        charges.provider_id = model_names.provider_id
        and charges.model_name = model_names.model_name
left join workload_matches
    on
        {{ hash_key([
            'charges.provider_id', 'charges.billing_account_id', 'charges.sub_account_id',
            'charges.credential_id', 'null', 'charges.tags', 'charges.resource_id',
            'model_names.model_key',
        ]) }} = workload_matches.attributes_id
