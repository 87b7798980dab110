-- One row per useful thing that happened, or failed to; the latest version of it.
with latest_rows as (
    {{ latest_rows_of(source('standard', 'business_events'), ['event_id'], [
        'received_at', '_landed_at', '_delivery_id', '_row_number',
    ]) }}
),

renamed as (
    select
        event_id,
        'standard.business_events' as event_source,
        _delivery_id as delivery_id,
        event_type,
        occurred_at,
        cast(occurred_at as date) as event_date,
        customer_id,
        feature_id,
        case
            when
                lower(outcome) in (
                    'success', 'succeeded', 'successful', 'completed', 'resolved', 'accepted'
                )
                then true
            when
                lower(outcome) in (
                    'failure', 'failed', 'error', 'abandoned', 'unresolved', 'rejected'
                )
                then false
        end as is_successful,
        outcome,
        session_id,
        trace_id,
        properties
    from latest_rows
)

select * from renamed
