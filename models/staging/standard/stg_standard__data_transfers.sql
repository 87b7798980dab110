-- One row per flow summary: bytes moved from where to where on a day; the latest version of it.
with source as (
    select * from {{ source('standard', 'data_transfers') }}
),

latest_rows as (
    {{ latest_per_key('source', ['transfer_id'], [
        'updated_at', '_landed_at', '_delivery_id', '_row_number',
    ]) }}
),

renamed as (
    select
        transfer_id,
        'standard.data_transfers' as transfer_source,
        _delivery_id as delivery_id,
        usage_date,
        lower(provider_id) as provider_id,
        account_id,
        resource_id,
        from_region_id,
        to_region_id,
        lower(transfer_kind) as transfer_kind,
        customer_id,
        tags,
        transferred_bytes
    from latest_rows
)

select * from renamed
