-- One row per cluster × pod or job × UTC day whose GPUs telemetry watched: how busy they were.
with samples as (
    select * from {{ ref('stg_dcgm__metrics') }}
    where activity_key is not null and activity_share is not null
)

-- whole millionths, so that shares of it are exact on every engine
select
    cluster_id,
    activity_key,
    usage_date,
    cast(sum(sample_seconds * 1000000) as decimal(38, 0)) as observed_gpu_microseconds,
    cast(sum(sample_seconds * cast(activity_share * 1000000 as bigint)) as decimal(38, 0))
        as active_gpu_microseconds
from samples
group by cluster_id, activity_key, usage_date
