-- One row per day × model × workload whose use the provider's own report assigns itself.
-- The provider's rows are its driver; log rows of it would count twice.
with usage as (
    select * from {{ ref('int_token_usage_priced') }}
)

select distinct
    usage_date,
    provider_id,
    model_key,
    workload_id
from usage
where
    usage_kind = 'provider_report'
    and workload_id is not null
