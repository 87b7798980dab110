-- One row per customer seen in usage, business events or revenue.
with usage as (
    select
        customer_id,
        usage_date as seen_date
    from {{ ref('int_token_usage_daily') }}
),

events as (
    select
        customer_id,
        event_date as seen_date
    from {{ ref('int_business_events') }}
),

revenue as (
    select
        customer_id,
        period_start_date as seen_date
    from {{ ref('int_revenue') }}
),

seen as (
    select * from usage
    union all
    select * from events
    union all
    select * from revenue
),

paying as (
    select distinct customer_id
    from revenue
)

select
    seen.customer_id,
    min(seen.seen_date) as first_seen_date,
    max(seen.seen_date) as last_seen_date,
    max(case when paying.customer_id is not null then 1 else 0 end) = 1 as has_revenue
from seen
left join paying
    on seen.customer_id = paying.customer_id
where seen.customer_id is not null
group by seen.customer_id
