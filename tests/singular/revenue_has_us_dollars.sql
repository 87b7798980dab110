-- Revenue in a currency without an exchange rate on its first day: land it (standard.fx_rates).
select
    revenue_id,
    revenue_date
from {{ ref('int_revenue_daily') }}
where revenue_usd is null
