-- One row per closed month: what is published of it does not move any more.
with source as (
    select * from {{ source('closed', 'closed_periods') }}
),

renamed as (
    select
        month_start_date,
        closed_at
    from source
)

select * from renamed
