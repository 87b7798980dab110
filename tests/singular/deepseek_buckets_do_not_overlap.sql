-- Exports of one account in two time zones (days from 16:00 UTC and from 00:00 UTC, say) hold the
-- same hours twice at their seam: export all of them with the browser in one time zone.
with buckets as (
    select distinct
        usage_source as feed,
        account_id,
        started_at,
        ended_at
    from {{ ref('stg_deepseek__usage_amounts') }}
    union all
    select distinct
        charge_source as feed,
        billing_account_id as account_id,
        charge_period_start as started_at,
        charge_period_end as ended_at
    from {{ ref('stg_deepseek__costs') }}
),

following as (
    select
        *,
        lead(started_at) over (partition by feed, account_id order by started_at, ended_at)
            as next_started_at
    from buckets
)

select *
from following
where next_started_at < ended_at
