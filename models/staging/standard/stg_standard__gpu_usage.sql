-- One row per job, pod-day or reservation that held GPUs; the latest version of it.
with source as (
    select * from {{ source('standard', 'gpu_usage') }}
),

latest_rows as (
    {{ latest_per_key('source', ['gpu_usage_id'], [
        'updated_at', '_landed_at', '_delivery_id', '_row_number',
    ]) }}
),

renamed as (
    select
        gpu_usage_id,
        'standard.gpu_usage' as gpu_usage_source,
        _delivery_id as delivery_id,
        lower(provider_id) as provider_id,
        account_id,
        project_id,
        credential_id,
        resource_id,
        cluster_id,
        gpu_model,
        workload_id,
        customer_id,
        tags,
        started_at,
        ended_at,
        cast(started_at as date) as usage_date,
        cast(gpu_count as decimal(38, 12)) as gpu_count,
        cast(gpu_seconds_held as decimal(38, 12)) as gpu_seconds_held,
        cast(gpu_seconds_active as decimal(38, 12)) as gpu_seconds_active,
        false as is_idle
    from latest_rows
)

select * from renamed
