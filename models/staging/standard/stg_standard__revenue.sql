-- One row per amount earned over a period by one customer; the latest version of it.
with source as (
    select * from {{ source('standard', 'revenue') }}
),

latest_rows as (
    {{ latest_per_key('source', ['revenue_id'], [
        'recorded_at', '_landed_at', '_delivery_id', '_row_number',
    ]) }}
),

renamed as (
    select
        revenue_id,
        'standard.revenue' as revenue_source,
        _delivery_id as delivery_id,
        customer_id,
        feature_id,
        revenue_category,
        cast(revenue as decimal(38, 12)) as revenue,
        upper(currency) as currency,
        period_start_date,
        period_end_date,
        recorded_at
    from latest_rows
)

select * from renamed
