-- One row per UTC day, from the first to the last day of anything landed.
with landed as (
    select * from {{ source('landing', 'deliveries') }}
),

bounds as (
    select
        coalesce(min(period_start), cast('2026-01-01' as date)) as first_day,
        coalesce(max(period_end), cast('2026-01-01' as date)) as last_day
    from landed
),

days as (
    {{ date_series('bounds', 'first_day', 'last_day') }}
)

select
    date_day,
    cast(date_trunc('month', date_day) as date) as month_start_date,
    cast(extract(year from date_day) as int) as calendar_year,
    cast(extract(month from date_day) as int) as calendar_month,
    cast(extract(day from date_day) as int) as day_of_month
from days
