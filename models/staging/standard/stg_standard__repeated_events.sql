-- One row per landed row of an event that is landed more than once: which of its versions it is.
with versions as (
    {{ repeated_rows(
        source('standard', 'business_events'),
        ['event_id'],
        ['received_at', '_landed_at', '_delivery_id', '_row_number'],
        also=['event_id'],
    ) }}
)

select
    event_id,
    _delivery_id as delivery_id,
    _row_number as delivery_row_number,
    version_rank
from versions
