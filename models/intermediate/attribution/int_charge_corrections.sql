-- One row per what a bill now says differently of a closed month × the attributes of its lines.
-- The closed month keeps what was published; the difference is posted in the first open month.
{%- set attributes = [
    'provider_id', 'billing_account_id', 'sub_account_id', 'credential_id', 'invoice_id',
    'invoice_issuer_name', 'service_provider_name', 'billing_currency', 'charge_category',
    'service_category', 'service_subcategory', 'service_name', 'resource_id', 'tags',
    'model_name', 'bill_meter', 'service_tier', 'instance_type', 'transfer_kind',
] %}
{%- set amounts = [
    'billed_cost', 'effective_cost', 'contracted_cost', 'list_cost', 'billed_cost_usd',
    'effective_cost_usd', 'contracted_cost_usd', 'list_cost_usd',
] %}
with charges_in_usd as (
    select * from {{ ref('int_charges_in_usd') }}
),

published_charges as (
    select * from {{ source('closed', 'fct_charges') }}
),

closed_periods as (
    select * from {{ ref('stg_closed__closed_periods') }}
),

compared as (
    select
        {%- for column in attributes + amounts %}
            charges_in_usd.{{ column }},
        {%- endfor %}
        closed_periods.month_start_date
    from charges_in_usd
    inner join closed_periods
        on
            cast(date_trunc('month', charges_in_usd.charge_period_start) as date)
            = closed_periods.month_start_date
    union all
    -- what closed months say of a month: its own lines, and the corrections of it posted since
    select
        {%- for column in attributes %}
            published_charges.{{ column }},
        {%- endfor %}
        {%- for column in amounts %}
            -published_charges.{{ column }} as {{ column }},
        {%- endfor %}
        coalesce(
            published_charges.corrects_month_start_date, closed_periods.month_start_date
        ) as month_start_date
    from published_charges
    inner join closed_periods
        on
            cast(date_trunc('month', published_charges.charge_date) as date)
            = closed_periods.month_start_date
),

differences as (
    select
        {{ attributes | join(',\n        ') }},
        {%- for column in amounts %}
            cast(sum({{ column }}) as decimal(38, 12)) as {{ column }},
        {%- endfor %}
        month_start_date
    from compared
    group by month_start_date, {{ attributes | join(', ') }}
    having
        coalesce(sum(billed_cost), 0) <> 0
        or coalesce(sum(effective_cost), 0) <> 0
        or coalesce(sum(billed_cost_usd), 0) <> 0
        or coalesce(sum(effective_cost_usd), 0) <> 0
),

open_month as (
    select cast(max(month_start_date) + interval 1 month as date) as month_start_date
    from closed_periods
)

select
    {{ hash_key(["'correction'", 'differences.month_start_date'] + attributes) }} as charge_id,
    'corrections' as charge_source,
    open_month.month_start_date as charge_date,
    differences.month_start_date as corrects_month_start_date,
    'Correction' as charge_class,
    'One-Time' as charge_frequency,
    concat(
        'Correction of ', substring(cast(differences.month_start_date as string), 1, 7)
    ) as charge_description,
    cast(open_month.month_start_date as timestamp) as billing_period_start,
    cast(open_month.month_start_date as timestamp) + interval 1 month as billing_period_end,
    cast(differences.month_start_date as timestamp) as charge_period_start,
    cast(differences.month_start_date as timestamp) + interval 1 month as charge_period_end,
    {{ attributes | join(',\n    ') }},
    {{ amounts | join(',\n    ') }}
from differences
cross join open_month
