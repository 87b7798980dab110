-- One row per day × scope × workload × customer of machines, storage or network: use, each once.
-- A use drives the best scope that is billed at all; use that no bill knows is left out.
with matches as (
    select * from {{ ref('int_resource_matches') }}
    where scope_key is not null
)

select
    usage_date,
    provider_id,
    meter,
    scope_key,
    used_workload_id as workload_id,
    customer_id,
    cast(sum(quantity) as decimal(38, 12)) as quantity
from matches
group by usage_date, provider_id, meter, scope_key, used_workload_id, customer_id
