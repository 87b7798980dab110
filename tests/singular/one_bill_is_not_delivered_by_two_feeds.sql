-- The same account and day billed by two feeds (a provider's own report and a FOCUS export, say)
-- would count twice: say in seeds/company/bill_precedence.csv which one counts.
select
    provider_id,
    billing_account_id,
    charge_date,
    min(charge_source) as first_source,
    max(charge_source) as second_source
from {{ ref('fct_charges') }}
where corrects_month_start_date is null
group by provider_id, billing_account_id, charge_date
having min(charge_source) <> max(charge_source)
