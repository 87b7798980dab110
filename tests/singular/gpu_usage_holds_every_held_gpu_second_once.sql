-- What schedulers and clusters say was held in open months is in the mart, each second once.
with differences as (
    select
        usage_date,
        provider_id,
        gpu_seconds_held as held_gpu_seconds
    from {{ ref('int_gpu_usage_daily') }}
    where not coalesce(is_idle, false)
    union all
    select
        usage_date,
        provider_id,
        -held_gpu_seconds as held_gpu_seconds
    from {{ ref('fct_gpu_usage_daily') }}
),

closed_periods as (
    select * from {{ ref('stg_closed__closed_periods') }}
)

select
    differences.usage_date,
    differences.provider_id,
    sum(differences.held_gpu_seconds) as difference_gpu_seconds
from differences
left join closed_periods
    on
        cast(date_trunc('month', differences.usage_date) as date)
        = closed_periods.month_start_date
where closed_periods.month_start_date is null
group by differences.usage_date, differences.provider_id
having sum(differences.held_gpu_seconds) <> 0
