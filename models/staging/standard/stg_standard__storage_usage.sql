-- One row per dataset or bucket × day: what was stored, in byte-hours; the latest version of it.
with source as (
    select * from {{ source('standard', 'storage_usage') }}
),

latest_rows as (
    {{ latest_per_key('source', ['dataset_id', 'usage_date'], [
        'updated_at', '_landed_at', '_delivery_id', '_row_number',
    ]) }}
),

renamed as (
    select
        concat(dataset_id, '-', cast(usage_date as string)) as storage_usage_id,
        'standard.storage_usage' as storage_usage_source,
        _delivery_id as delivery_id,
        dataset_id,
        usage_date,
        lower(provider_id) as provider_id,
        account_id,
        resource_id,
        storage_class,
        region_id,
        customer_id,
        tags,
        cast(byte_hours as decimal(38, 12)) as byte_hours
    from latest_rows
)

select * from renamed
