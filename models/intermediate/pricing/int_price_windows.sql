-- One row per provider × part of the day between two edges of its time-of-day prices, in minutes
-- after midnight UTC; only providers with such prices.
with windows as (
    select distinct
        provider_id,
        window_from_utc,
        window_to_utc
    from {{ ref('dim_prices') }}
    where window_from_utc is not null
),

edges as (
    select
        provider_id,
        cast(substring(window_from_utc, 1, 2) as int) * 60
        + cast(substring(window_from_utc, 4, 2) as int) as edge_minute
    from windows
    union distinct
    select
        provider_id,
        cast(substring(window_to_utc, 1, 2) as int) * 60
        + cast(substring(window_to_utc, 4, 2) as int) as edge_minute
    from windows
    union distinct
    select
        provider_id,
        0 as edge_minute
    from windows
)

select
    provider_id,
    edge_minute as window_start_minute,
    coalesce(
        lead(edge_minute) over (partition by provider_id order by edge_minute), 1440
    ) as window_end_minute
from edges
where edge_minute < 1440
