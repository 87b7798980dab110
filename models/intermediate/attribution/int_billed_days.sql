-- One row per provider × account × day for which a bill has arrived, with charges or without any.
with scopes as (
    select * from {{ ref('stg_landing__current_scopes') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

charge_periods as (
    select distinct
        provider_id,
        -- landing's name for an account that nobody named
        nullif(billing_account_id, '(default)') as account_id,
        charge_date as first_date,
        -- a period without an end, or one that ends where it starts, is its start day
        greatest(
            cast(charge_period_end - interval 1 microsecond as date), charge_date
        ) as last_date,
        cost_meter
    from {{ ref('fct_charges') }}
    where
        charge_category = 'Usage'
        and corrects_month_start_date is null
)

select
    charge_periods.provider_id,
    charge_periods.account_id,
    dates.date_day as usage_date
from charge_periods
inner join dates
    on
        charge_periods.first_date <= dates.date_day
        and charge_periods.last_date >= dates.date_day
-- a commitment or a seat paid for a month does not bill the month's use
where
    charge_periods.cost_meter is not null
    or charge_periods.first_date = charge_periods.last_date

union distinct

select distinct
    billed_provider_id as provider_id,
    nullif(scope_account, '(default)') as account_id,
    scope_date as usage_date
from scopes
where billed_provider_id is not null
