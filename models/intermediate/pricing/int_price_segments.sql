-- One row per provider × day × part of the day between two price changes.
-- Only days on which a price of the provider changes within the day.
with prices as (
    select * from {{ ref('dim_prices') }}
),

aliases as (
    select * from {{ ref('model_aliases') }}
),

deployments as (
    select * from {{ ref('model_deployments') }}
),

-- a name that comes to mean another model changes the price as well
moments as (
    select
        provider_id,
        valid_from as changed_at
    from prices
    union distinct
    select
        provider_id,
        valid_from as changed_at
    from aliases
    union distinct
    select
        provider_id,
        valid_to as changed_at
    from aliases
    union distinct
    select
        provider_id,
        valid_from as changed_at
    from deployments
    union distinct
    select
        provider_id,
        valid_to as changed_at
    from deployments
),

changes as (
    select
        provider_id,
        changed_at,
        cast(changed_at as date) as usage_date
    from moments
    where changed_at <> cast(cast(changed_at as date) as timestamp)
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
