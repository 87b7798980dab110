-- One row per day of use, or month of what follows from it, that a full refresh would change.
with day_inputs as (
    select * from {{ ref('int_day_inputs') }}
),

built_days as (
    select * from {{ ref('int_built_days') }}
),

month_inputs as (
    select * from {{ ref('int_month_inputs') }}
),

built_months as (
    select * from {{ ref('int_built_months') }}
),

batches as (
    select
        'day' as batch_size,
        coalesce(day_inputs.usage_date, built_days.usage_date) as batch_start_date,
        day_inputs.fingerprint as present_fingerprint,
        built_days.fingerprint as built_fingerprint
    from day_inputs
    full outer join built_days
        on day_inputs.usage_date = built_days.usage_date
    union all
    select
        'month' as batch_size,
        coalesce(month_inputs.month_start_date, built_months.month_start_date) as batch_start_date,
        month_inputs.fingerprint as present_fingerprint,
        built_months.fingerprint as built_fingerprint
    from month_inputs
    full outer join built_months
        on month_inputs.month_start_date = built_months.month_start_date
)

select
    batch_size,
    batch_start_date
from batches
where coalesce(present_fingerprint, '') <> coalesce(built_fingerprint, '')
