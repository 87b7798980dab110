-- Revenue in a currency without an exchange rate on its first day: land it (standard.fx_rates).
-- The rate is looked up again: int_revenue_daily works out a row for each day of a period.
select
    revenue.revenue_id,
    revenue.currency,
    revenue.period_start_date
from {{ ref('int_revenue') }} as revenue
left join {{ ref('int_fx_rates') }} as fx_rates
    on
        revenue.currency = fx_rates.currency
        and revenue.period_start_date >= fx_rates.valid_from
        and revenue.period_start_date < fx_rates.valid_to
where
    fx_rates.currency is null
    or revenue.revenue is null
