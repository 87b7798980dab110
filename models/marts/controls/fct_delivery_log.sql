-- One row per delivery known to this build, withdrawn ones too.
-- Not additive: periods and scopes of deliveries overlap, rows that were replaced count nowhere.
with deliveries as (
    select * from {{ ref('stg_landing__deliveries') }}
),

scopes as (
    select * from {{ source('landing', 'scopes') }}
),

current_scopes as (
    select
        delivery_id,
        count(*) as scope_count
    from {{ ref('stg_landing__current_scopes') }}
    group by delivery_id
),

delivered_scopes as (
    select
        delivery_id,
        count(*) as scope_count
    from scopes
    group by delivery_id
),

scope_dates as (
    select distinct
        delivery_id,
        scope_grain,
        scope_date
    from scopes
),

covered_days as (
    select
        delivery_id,
        sum(case when scope_grain = 'month' then day(last_day(scope_date)) else 1 end) as day_count
    from scope_dates
    group by delivery_id
),

counted as (
    select
        deliveries.*,
        covered_days.day_count,
        delivered_scopes.scope_count,
        case
            when deliveries.delivery_mode <> 'replace' then null
            else coalesce(current_scopes.scope_count, 0)
        end as current_scope_count
    from deliveries
    left join covered_days on deliveries.delivery_id = covered_days.delivery_id
    left join delivered_scopes on deliveries.delivery_id = delivered_scopes.delivery_id
    left join current_scopes on deliveries.delivery_id = current_scopes.delivery_id
)

select
    delivery_id,
    source_name,
    table_name,
    delivery_mode,
    exported_at,
    landed_at,
    format_version,
    storage,
    row_count,
    quarantined_row_count,
    period_start_date,
    period_end_date,
    cast(day_count as bigint) as covered_day_count,
    cast(scope_count as bigint) as scope_count,
    cast(current_scope_count as bigint) as current_scope_count,
    case
        when is_withdrawn then cast(0 as double)
        when delivery_mode = 'append' then cast(1 as double)
        else cast(current_scope_count as double) / nullif(cast(scope_count as double), 0)
    end as current_share,
    is_withdrawn,
    withdrawn_at,
    withdrawn_because
from counted
