-- One row per delivery known to this build, withdrawn ones too; what closed months kept is none.
with source as (
    select * from {{ source('landing', 'delivery_log') }}
),

renamed as (
    select
        delivery_id,
        source_name,
        table_name,
        delivery_mode,
        cast(delivery_rank as bigint) as delivery_rank,
        exported_at,
        landed_at,
        format_version,
        storage,
        row_count,
        quarantined_row_count,
        period_start as period_start_date,
        period_end as period_end_date,
        withdrawn_at is not null as is_withdrawn,
        withdrawn_at,
        withdrawn_because
    from source
    where source_name <> 'closed'
)

select * from renamed
