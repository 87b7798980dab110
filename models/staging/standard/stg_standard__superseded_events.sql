-- One row per landed row of an event that a later version of the event replaces.
with superseded as (
    {{ superseded_rows(source('standard', 'business_events'), ['event_id'], [
        'received_at', '_landed_at', '_delivery_id', '_row_number',
    ]) }}
)

select
    _delivery_id as delivery_id,
    _row_number as delivery_row_number
from superseded
