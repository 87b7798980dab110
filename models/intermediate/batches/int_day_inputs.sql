-- One row per day with use: a fingerprint of all that decides its rows in int_token_usage_daily.
-- Logs by their deliveries, which never change; reports and bills, which are small, by their rows.
{%- set log_feeds = usage_log_feeds() %}
with deliveries as (
    select * from {{ ref('stg_landing__deliveries') }}
    where not is_withdrawn
),

-- not those of dim_dates, which a day that was landed since is not in
bounds as (
    select
        min(period_start_date) as first_day,
        max(period_end_date) as last_day
    from deliveries
    where period_start_date is not null
),

dates as (
    {{ date_series('bounds', 'first_day', 'last_day') }}
),

log_feeds as (
    {% for source_name, table_name, neighbour_days in log_feeds %}
        {{ 'union all' if not loop.first }}
        select
            '{{ source_name }}' as source_name,
            '{{ table_name }}' as table_name,
            {{ neighbour_days }} as neighbour_days
    {% else %}
        select
            '' as source_name,
            '' as table_name,
            0 as neighbour_days
    {% endfor %}
),

delivered as (
    select
        dates.date_day as usage_date,
        {{ hash_number(['deliveries.delivery_id']) }} as input_hash
    from deliveries
    inner join log_feeds
        on
            deliveries.source_name = log_feeds.source_name
            and deliveries.table_name = log_feeds.table_name
    inner join dates
        on
            {{ days_between('deliveries.period_start_date', 'dates.date_day') }}
            >= -log_feeds.neighbour_days
            and {{ days_between('dates.date_day', 'deliveries.period_end_date') }}
            >= -log_feeds.neighbour_days
),

reported as (
    select
        usage_date,
        {{ hash_number(shape_column_names('int_token_usage')) }} as input_hash
    from {{ ref('int_token_usage') }}
    where
        usage_source not in (
            ''
            {%- for source_name, table_name, neighbour_days in log_feeds -%}
                , '{{ source_name }}.{{ table_name }}'
            {%- endfor -%}
        )
),

price_segments as (
    select
        usage_date,
        {{ hash_number([
            'provider_id', 'segment_start_at', 'segment_end_at',
        ]) }} as input_hash
    from {{ ref('int_price_segments') }}
),

inputs as (
    select * from delivered
    union all
    select * from reported
    union all
    select * from price_segments
),

-- what holds for all days: a new threshold or window of a price cuts every day anew
price_cuts as (
    select {{ hash_number(['provider_id', 'over_tokens', 'up_to_tokens']) }} as cut_hash
    from {{ ref('int_context_bands') }}
    union all
    select
        {{ hash_number([
            'provider_id', 'window_start_minute', 'window_end_minute',
        ]) }} as cut_hash
    from {{ ref('int_price_windows') }}
    union all
    select {{ hash_number(['provider_id', 'lowest_over_tokens']) }} as cut_hash
    from {{ ref('int_marginal_thresholds') }}
),

all_days as (
    select
        concat(
            coalesce({{ sum_of_hashes('cut_hash') }}, ''), '-',
            coalesce(
                {{ code_checksum(
                    ['int_token_usage_daily'],
                    until=[
                        'int_context_bands', 'int_price_segments', 'int_price_windows',
                        'int_marginal_thresholds',
                    ],
                ) }},
                ''
            )
        ) as fingerprint
    from price_cuts
),

days as (
    select
        usage_date,
        {{ sum_of_hashes('input_hash') }} as fingerprint
    from inputs
    group by usage_date
)

select
    days.usage_date,
    concat(days.fingerprint, '-', all_days.fingerprint) as fingerprint
from days
cross join all_days
