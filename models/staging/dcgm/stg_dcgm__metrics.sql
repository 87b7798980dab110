-- One row per GPU (or MIG slice) × holder × sample: how busy it was, 0 to 1.
-- Not usage of its own: the GPU is held by a pod or job that OpenCost or Slurm reports.
with source as (
    select
        *,
        upper(metric_name) as field_name,
        try_cast(value as decimal(20, 8)) as number
    from {{ source('dcgm', 'metrics') }}
),

activity as (
    select
        *,
        case field_name
            when 'DCGM_FI_PROF_GR_ENGINE_ACTIVE' then 2
            -- only says that some kernel ran: taken where the other was not exported
            when 'DCGM_FI_DEV_GPU_UTIL' then 1
        end as field_rank,
        case field_name
            when 'DCGM_FI_PROF_GR_ENGINE_ACTIVE' then number
            when 'DCGM_FI_DEV_GPU_UTIL' then cast(number * 0.01 as decimal(20, 8))
        end as share,
        -- where Prometheus does not honour labels, pod is the exporter's own
        case when exported_pod is not null then exported_namespace else namespace end
            as holder_namespace,
        coalesce(exported_pod, pod) as holder_pod
    from source
),

measured as (
    select * from activity
    -- NaN and values beyond 0..1 measure nothing
    where field_rank is not null and share between 0 and 1
),

latest_rows as (
    {{ latest_per_key('measured', [
        'cluster', 'hostname', 'uuid', 'gpu', 'gpu_i_id', 'holder_namespace', 'holder_pod',
        'hpc_job', 'sampled_at',
    ], ['field_rank', '_landed_at', '_delivery_id', '_row_number']) }}
),

renamed as (
    select
        {{ hash_key([
            'cluster', 'hostname', 'uuid', 'gpu', 'gpu_i_id', 'holder_namespace', 'holder_pod',
            'hpc_job', 'sampled_at',
        ]) }} as gpu_sample_id,
        _delivery_id as delivery_id,
        cluster as cluster_id,
        hostname as node_name,
        uuid as gpu_uuid,
        gpu_i_id as mig_slice_id,
        gpu_i_profile as mig_profile,
        modelname as gpu_model,
        case
            when hpc_job is not null then concat('job:', hpc_job)
            when holder_namespace is not null and holder_pod is not null
                then concat('pod:', holder_namespace, '/', holder_pod)
        end as activity_key,
        field_name as activity_metric,
        sampled_at,
        cast(sampled_at as date) as usage_date,
        step_seconds as sample_seconds,
        cast(share as decimal(20, 8)) as activity_share
    from latest_rows
)

select * from renamed
