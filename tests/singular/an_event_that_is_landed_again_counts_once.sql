-- An event of which several versions are landed, and that counts twice or not at all.
-- Every other event is landed once: to look among all of them costs more than the events do.
with repeated_events as (
    select distinct event_id
    from {{ ref('stg_standard__repeated_events') }}
),

counted_events as (
    select event_id
    from {{ ref('stg_standard__business_events') }}
)

select
    repeated_events.event_id,
    count(counted_events.event_id) as row_count
from repeated_events
left join counted_events
    on repeated_events.event_id = counted_events.event_id
group by repeated_events.event_id
having count(counted_events.event_id) <> 1
