-- One row per provider × day × part of the day between two price changes.
-- Only days on which a price of the provider changes within the day.
with changes as (
    select distinct
        provider_id,
        valid_from as changed_at,
        cast(valid_from as date) as usage_date
    from {{ ref('dim_prices') }}
    where valid_from <> cast(cast(valid_from as date) as timestamp)
),

starts as (
    select
        provider_id,
        usage_date,
        changed_at as segment_start_at
    from changes
    union distinct
    select
        provider_id,
        usage_date,
        cast(usage_date as timestamp) as segment_start_at
    from changes
)

select
    provider_id,
    usage_date,
    segment_start_at,
    coalesce(
        lead(segment_start_at) over (
            partition by provider_id, usage_date order by segment_start_at
        ),
        cast(usage_date as timestamp) + interval 1 day
    ) as segment_end_at
from starts
