-- One row per provider × day for which a bill has arrived, with charges or as a day without any.
with scopes as (
    select * from {{ ref('stg_landing__current_scopes') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

periods as (
    select distinct
        provider_id,
        charge_date,
        last_charge_date
    from {{ ref('int_cost_pools') }}
    -- a commitment or a seat paid for a month does not bill the month's use
    where
        charge_category = 'Usage'
        and (bill_meter is not null or charge_date = last_charge_date)
)

select
    periods.provider_id,
    dates.date_day as usage_date
from periods
inner join dates
    on
        periods.charge_date <= dates.date_day
        and periods.last_charge_date >= dates.date_day

union distinct

select distinct
    billed_provider_id as provider_id,
    scope_date as usage_date
from scopes
where billed_provider_id is not null
