-- One row per pod container × window that requested GPUs, and per named remainder (__idle__).
-- gpuHours is requested GPUs × hours; with a cost and no hours, GPU-seconds are unknown, not 0.
{%- set names = "concat('/', concat_ws('/', namespace, pod, name), '/')" %}
with source as (
    select
        *,
        case
            when position('/__idle__/' in {{ names }}) > 0 then '__idle__'
            when position('/__unallocated__/' in {{ names }}) > 0 then '__unallocated__'
            when position('/__unmounted__/' in {{ names }}) > 0 then '__unmounted__'
        end as remainder_name,
        -- what was aggregated by something else than pods has only a name
        coalesce(pod, name) as holder
    from {{ source('opencost', 'allocations') }}
),

-- a pod may run on two nodes within a window (a stateful set that moved), and the CSV export does
-- not name the node: so the latest landing of a holder and window counts, with all its rows
latest_deliveries as (
    select *
    from source
    qualify rank() over (
        partition by cluster, namespace, holder, container, window_start
        order by _landed_at desc, _delivery_id desc
    ) = 1
),

-- the CSV export appends to one file, whose days may be there twice
latest_rows as (
    {{ latest_per_key('latest_deliveries', [
        'cluster', 'node', 'namespace', 'holder', 'container', 'window_start', 'running_start',
    ], ['_row_number']) }}
),

measured as (
    select
        *,
        coalesce(gpuHours, 0) = 0 and coalesce(gpuCost, 0) = 0 and coalesce(gpuCount, 0) = 0
            as has_no_gpu,
        coalesce(
            case
                when gpuHours > 0
                    then cast(cast(gpuHours as decimal(22, 14)) * 3600 as decimal(38, 12))
            end,
            -- the CSV export: GPUs on average while the pod ran, and it does not say how long
            case
                when gpuHours is null and gpuCount > 0
                    then cast(
                        cast(gpuCount as decimal(14, 8))
                        * cast(cast(minutes as decimal(16, 8)) * 60 as decimal(18, 4))
                        as decimal(38, 12)
                    )
            end,
            -- nothing was held if it cost nothing; idle rows have a cost and no hours
            case
                when coalesce(gpuCost, 0) = 0 and coalesce(gpuCount, 0) = 0
                    then cast(0 as decimal(38, 12))
            end
        ) as gpu_seconds_held,
        -- least would take the request where the use is NULL
        case
            when gpuUsageAverage > 0 and gpuRequestAverage > 0
                then cast(
                    cast(least(gpuUsageAverage, gpuRequestAverage) as decimal(20, 8)) * 1000000
                    as decimal(38, 0)
                )
        end as used_gpu_micros,
        cast(cast(gpuRequestAverage as decimal(20, 8)) * 1000000 as decimal(38, 0))
            as requested_gpu_micros
    from latest_rows
),

renamed as (
    select
        {{ hash_key([
            'cluster', 'node', 'namespace', 'holder', 'container', 'window_start', 'running_start',
        ]) }} as gpu_usage_id,
        'opencost.allocations' as gpu_usage_source,
        _delivery_id as delivery_id,

        ---------- who
        coalesce(
            lower(provider_id),
            case
                when provider_resource_id like 'aws://%' then 'aws'
                when provider_resource_id like 'azure://%' then 'microsoft'
                when provider_resource_id like 'gce://%' then 'gcp'
            end
        ) as provider_id,
        account_id,
        coalesce(remainder_name, namespace) as project_id,
        case
            when provider_resource_id like 'aws://%' or provider_resource_id like 'gce://%'
                then regexp_extract(provider_resource_id, '([^/]+)$', 1)
            else regexp_replace(provider_resource_id, '^azure://', '')
        end as resource_id,
        cluster as cluster_id,
        gpuModel as gpu_model,
        case
            when remainder_name is null and namespace is not null and pod is not null
                then concat('pod:', namespace, '/', pod)
        end as activity_key,
        coalesce(
            labels,
            case
                when position('"properties.labels.' in _extra) > 0
                    then replace(_extra, '"properties.labels.', '"')
            end
        ) as tags,

        ---------- when
        coalesce(running_start, window_start) as started_at,
        coalesce(running_end, window_end, window_start + interval 1 day) as ended_at,
        cast(coalesce(running_start, window_start) as date) as usage_date,

        ---------- how much
        cast(coalesce(gpuCount, gpuRequestAverage) as decimal(38, 12)) as gpu_count,
        gpu_seconds_held,
        -- an average of 0 also stands where no DCGM measured anything: it is not known
        case
            when used_gpu_micros > 0 and requested_gpu_micros > 0
                then {{ from_picos(whole_share(
                    to_picos('gpu_seconds_held'), 'used_gpu_micros', 'requested_gpu_micros'
                )) }}
        end as gpu_seconds_active,
        coalesce(remainder_name = '__idle__', false) as is_idle,
        {{ exact_sum(['gpuCost', 'coalesce(gpuCostAdjustment, 0)']) }} as reported_cost_usd
    from measured
    where not has_no_gpu or remainder_name is not null
)

select * from renamed
