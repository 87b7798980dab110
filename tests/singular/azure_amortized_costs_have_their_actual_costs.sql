-- An amortized export says nothing about what is billed: land the actual export of the same
-- billing account, subscriptions and days (azure.actual_costs) beside it.
select
    billing_account_id,
    subscription_id,
    cast(usage_at as date) as usage_date,
    sum(cost_in_view) as amortized_cost
from {{ ref('stg_azure__cost_lines') }}
where
    cost_view = 'amortized'
    and not is_in_both_views
group by billing_account_id, subscription_id, cast(usage_at as date)
