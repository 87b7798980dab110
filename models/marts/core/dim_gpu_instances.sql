-- One row per provider × machine type with GPUs × validity of its list price.
with gpu_instances as (
    select * from {{ ref('gpu_instances') }}
),

keyed as (
    select
        *,
        {{ instance_type_key('instance_type') }} as instance_type_key
    from gpu_instances
)

select
    {{ hash_key(['provider_id', 'instance_type_key', 'valid_from']) }} as gpu_instance_id,
    provider_id,
    instance_type,
    instance_type_key,
    gpu_model,
    cast(gpu_count as decimal(38, 12)) as gpu_count,
    cast(gpu_memory_gb as bigint) as gpu_memory_gb,
    cast(list_price_usd_per_hour as decimal(38, 12)) as list_price_usd_per_hour,
    region_id,
    cast(coalesce(valid_from, cast('1970-01-01' as date)) as timestamp) as valid_from,
    cast(coalesce(valid_to, cast('9999-12-31' as date)) as timestamp) as valid_to,
    source_url
from keyed
