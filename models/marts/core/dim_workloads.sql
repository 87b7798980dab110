-- One row per workload, with the feature, product and team it belongs to; one row for no workload.
with workloads as (
    select * from {{ ref('workloads') }}
)

select
    workload_id,
    workload_name,
    feature_id,
    feature_name,
    product,
    team,
    owner,
    environment,
    purpose
from workloads

union all

select
    'unallocated' as workload_id,
    'Unallocated' as workload_name,
    'unallocated' as feature_id,
    'Unallocated' as feature_name,
    cast(null as string) as product,
    cast(null as string) as team,
    cast(null as string) as owner,
    cast(null as string) as environment,
    cast(null as string) as purpose
