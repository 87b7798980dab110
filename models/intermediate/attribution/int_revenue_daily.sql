-- One row per revenue row × day of its period: recognised straight-line, exact to the last digit.
with revenue as (
    select * from {{ ref('int_revenue') }}
),

fx_rates as (
    select * from {{ ref('int_fx_rates') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

in_usd as (
    select
        revenue.revenue_id,
        revenue.revenue_source,
        revenue.customer_id,
        revenue.feature_id,
        revenue.period_start_date,
        revenue.period_end_date,
        {{ days_between('revenue.period_start_date', 'revenue.period_end_date') }}
            as period_days,
        {{ to_picos(to_usd('revenue.revenue', 'fx_rates.usd_per_unit')) }} as revenue_picos
    from revenue
    left join fx_rates
        on
            revenue.currency = fx_rates.currency
            and revenue.period_start_date >= fx_rates.valid_from
            and revenue.period_start_date < fx_rates.valid_to
),

-- what does not divide by the days is small, and quick to share out in each of them
divided as (
    select
        *,
        {{ whole_share('revenue_picos', '1', 'period_days') }} as picos_per_day
    from in_usd
),

numbered as (
    select
        divided.*,
        divided.revenue_picos - divided.picos_per_day * divided.period_days as rest_picos,
        dates.date_day as revenue_date,
        {{ days_between('divided.period_start_date', 'dates.date_day') }} as days_before
    from divided
    inner join dates
        on
            divided.period_start_date <= dates.date_day
            and divided.period_end_date > dates.date_day
)

-- what is earned by the end of the day less what was earned by its start: the days of a period add
-- up to its revenue whatever the number of days
select
    revenue_id,
    revenue_source,
    customer_id,
    feature_id,
    revenue_date,
    {{ from_picos(
        'picos_per_day + ' ~ whole_share('rest_picos', 'days_before + 1', 'period_days')
        ~ ' - ' ~ whole_share('rest_picos', 'days_before', 'period_days')
    ) }} as revenue_usd
from numbered
