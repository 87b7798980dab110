-- A subscription exported once with its billing account and once without would count twice: name
-- the account when landing the export that lacks it (`--set BillingAccountId=...`).
select
    lower(subscription_id) as subscription_id,
    cast(usage_at as date) as usage_date
from {{ ref('stg_azure__cost_lines') }}
where is_charge
group by lower(subscription_id), cast(usage_at as date)
having
    count(distinct billing_account_id) > 1
    and max(case when billing_account_id = '(default)' then 1 else 0 end) = 1
