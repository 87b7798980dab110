-- One row per feed of which a delivery counts.
-- Not additive: days of feeds overlap.
with deliveries as (
    select * from {{ ref('stg_landing__deliveries') }}
),

-- a model that looked at the clock would not build the same tables twice
build as (
    select cast(max(landed_at) as date) as newest_landed_date
    from deliveries
),

counted as (
    select * from deliveries
    where not is_withdrawn
),

feeds as (
    select
        source_name,
        table_name,
        max(delivery_mode) as delivery_mode,
        count(*) as delivery_count,
        max(exported_at) as last_exported_at,
        max(landed_at) as last_landed_at,
        min(period_start_date) as first_data_date,
        max(period_end_date) as last_data_date
    from counted
    group by source_name, table_name
),

-- prices and plans may speak of days to come
newest as (
    select max(least(feeds.last_data_date, build.newest_landed_date)) as newest_data_date
    from feeds
    cross join build
    where feeds.last_data_date is not null
),

-- exports of several accounts on one day are one round
export_dates as (
    select distinct
        source_name,
        table_name,
        cast(exported_at as date) as export_date
    from counted
),

export_gaps as (
    select
        source_name,
        table_name,
        {{ days_between(
            'lag(export_date) over (partition by source_name, table_name order by export_date)',
            'export_date',
        ) }} as gap_days
    from export_dates
),

usual_gaps as (
    select
        source_name,
        table_name,
        cast(median(gap_days) as double) as usual_days_between_exports
    from export_gaps
    where gap_days is not null
    group by source_name, table_name
),

covered_dates as (
    select distinct
        source_name,
        table_name,
        scope_date as first_date,
        case
            when scope_grain = 'month' then cast(last_day(scope_date) as date) else scope_date
        end as last_date
    from {{ source('landing', 'scopes') }}
),

following as (
    select
        covered_dates.*,
        lead(first_date) over (
            partition by source_name, table_name order by first_date
        ) as next_date
    from covered_dates
),

gaps as (
    select
        source_name,
        table_name,
        last_date,
        {{ days_between('last_date', 'next_date') }} - 1 as missing_day_count
    from following
    where next_date is not null
),

missing_days as (
    select
        source_name,
        table_name,
        sum(missing_day_count) as missing_day_count,
        min(case when missing_day_count > 0 then last_date end) as last_date_before
    from gaps
    group by source_name, table_name
),

measured as (
    select
        feeds.*,
        newest.newest_data_date,
        build.newest_landed_date,
        usual_gaps.usual_days_between_exports,
        missing_days.last_date_before,
        case
            when feeds.last_data_date is not null
                then greatest(
                    {{ days_between('feeds.last_data_date', 'newest.newest_data_date') }}, 0
                )
        end as days_behind,
        greatest(
            {{ days_between(
                'cast(feeds.last_exported_at as date)', 'build.newest_landed_date',
            ) }}, 0
        ) as days_since_last_export,
        case
            when feeds.delivery_mode = 'replace' then coalesce(missing_days.missing_day_count, 0)
        end as missing_day_count
    from feeds
    cross join build
    cross join newest
    left join usual_gaps
        on
            feeds.source_name = usual_gaps.source_name
            and feeds.table_name = usual_gaps.table_name
    left join missing_days
        on
            feeds.source_name = missing_days.source_name
            and feeds.table_name = missing_days.table_name
)

select
    concat(source_name, '.', table_name) as feed_id,
    source_name,
    table_name,
    delivery_mode,
    cast(delivery_count as bigint) as delivery_count,
    last_exported_at,
    last_landed_at,
    newest_landed_date,
    first_data_date,
    last_data_date,
    newest_data_date,
    cast(days_behind as bigint) as days_behind,
    usual_days_between_exports,
    cast(days_since_last_export as bigint) as days_since_last_export,
    days_since_last_export > 2 * usual_days_between_exports as is_late,
    cast(missing_day_count as bigint) as missing_day_count,
    cast(last_date_before + interval 1 day as date) as first_missing_date
from measured
