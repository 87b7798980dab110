-- Where both views of a day are there, effective cost adds up to the amortized export. If not, the
-- two were exported at different times: land both from one run.
with lines as (
    select * from {{ ref('stg_azure__cost_lines') }}
    where is_in_both_views
)

select
    billing_account_id,
    cast(usage_at as date) as usage_date,
    billing_currency,
    sum(case when is_charge then effective_cost else 0 end) as effective_cost,
    sum(case when cost_view = 'amortized' then cost_in_view else 0 end) as amortized_cost
from lines
group by billing_account_id, cast(usage_at as date), billing_currency
having
    sum(case when is_charge then effective_cost else 0 end)
    <> sum(case when cost_view = 'amortized' then cost_in_view else 0 end)
