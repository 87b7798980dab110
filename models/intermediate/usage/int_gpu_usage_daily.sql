-- One row per row of int_gpu_usage × UTC day: cut at midnight, exact to the last digit.
{%- set split = ['gpu_seconds_held', 'gpu_seconds_active', 'reported_cost_usd'] %}
with gpu_usage as (
    select * from {{ ref('int_gpu_usage') }}
),

activity as (
    select * from {{ ref('int_gpu_activity_daily') }}
),

-- times in seconds after midnight of the first day; a row without an end, or that ends before it
-- starts, lies wholly on its first day
timed as (
    select
        {%- for column in split %}
            {{ to_picos(column) }} as {{ column }}_picos,
        {%- endfor %}
        *,
        {{ seconds_of_day('started_at') }} as from_second,
        greatest(
            {{ days_between('usage_date', 'cast(coalesce(ended_at, started_at) as date)') }}
            * 86400 + {{ seconds_of_day('coalesce(ended_at, started_at)') }},
            {{ seconds_of_day('started_at') }}
        ) as to_second
    from gpu_usage
),

bounds as (
    select
        min(usage_date) as first_day,
        max(cast(coalesce(ended_at, started_at) as date)) as last_day
    from gpu_usage
),

-- a calendar of its own: the days of the landed files end where the last job starts
days as (
    {{ date_series('bounds', 'first_day', 'last_day') }}
),

cut as (
    select
        timed.*,
        days.date_day,
        timed.to_second - timed.from_second as total_seconds,
        greatest(
            {{ days_between('timed.usage_date', 'days.date_day') }} * 86400, timed.from_second
        ) - timed.from_second as seconds_before,
        least(
            {{ days_between('timed.usage_date', 'days.date_day') }} * 86400 + 86400,
            timed.to_second
        ) - timed.from_second as seconds_by_end
    from timed
    inner join days
        on
            timed.usage_date <= days.date_day
            and (
                timed.usage_date = days.date_day
                or {{ days_between('timed.usage_date', 'days.date_day') }} * 86400
                < timed.to_second
            )
),

-- what lies before the end of the day less what lies before its start: the days of a row add up to
-- it whatever their number
shared as (
    select
        {%- for column in split %}
            case
                when total_seconds = 0 then {{ column }}_picos
                else
                    {{ whole_share(column ~ '_picos', 'seconds_by_end', 'total_seconds') }}
                    - {{ whole_share(column ~ '_picos', 'seconds_before', 'total_seconds') }}
            end as {{ column }}_day_picos,
        {%- endfor %}
        *
    from cut
),

measured as (
    select
        shared.*,
        case
            when shared.gpu_seconds_active is not null then shared.gpu_seconds_active_day_picos
            when activity.observed_gpu_microseconds > 0
                then {{ whole_share(
                    'shared.gpu_seconds_held_day_picos', 'activity.active_gpu_microseconds',
                    'activity.observed_gpu_microseconds'
                ) }}
        end as active_day_picos,
        case
            when shared.gpu_seconds_active is not null then 'source'
            when
                shared.gpu_seconds_held is not null and activity.observed_gpu_microseconds > 0
                then 'dcgm'
        end as activity_source
    from shared
    left join activity
        on
            shared.activity_key = activity.activity_key
            and coalesce(shared.cluster_id, '') = coalesce(activity.cluster_id, '')
            and shared.date_day = activity.usage_date
)

select
    gpu_usage_id,
    gpu_usage_source,
    delivery_id,
    provider_id,
    account_id,
    project_id,
    credential_id,
    resource_id,
    cluster_id,
    gpu_model,
    workload_id,
    customer_id,
    tags,
    date_day as usage_date,
    gpu_count,
    {{ from_picos('gpu_seconds_held_day_picos') }} as gpu_seconds_held,
    {{ from_picos('active_day_picos') }} as gpu_seconds_active,
    activity_source,
    is_idle,
    {{ from_picos('reported_cost_usd_day_picos') }} as reported_cost_usd
from measured
