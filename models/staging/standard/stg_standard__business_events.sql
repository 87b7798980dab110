-- One row per useful thing that happened, or failed to; the latest version of it.
with source as (
    select * from {{ source('standard', 'business_events') }}
),

superseded_events as (
    select *
    from {{ ref('stg_standard__repeated_events') }}
    where version_rank > 1
),

latest_rows as (
    select *
    from source
    where not exists (
        select 1
        from superseded_events
        where
            superseded_events.delivery_id = source._delivery_id
            and superseded_events.delivery_row_number = source._row_number
    )
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
