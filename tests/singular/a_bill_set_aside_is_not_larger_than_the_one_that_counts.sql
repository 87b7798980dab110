-- Where two feeds deliver one bill, the one that counts must hold what the other does: more money
-- in the one set aside means that the first is not complete, and some of the bill would be nowhere.
with feeds as (
    select * from {{ ref('int_bill_feeds') }}
),

counted as (
    select
        provider_id,
        billing_account_id,
        month_start_date,
        sum(billed_cost) as billed_cost
    from feeds
    where is_counted
    group by provider_id, billing_account_id, month_start_date
)

select
    feeds.provider_id,
    feeds.billing_account_id,
    feeds.month_start_date,
    feeds.charge_source,
    feeds.billed_cost as set_aside_billed_cost,
    counted.billed_cost as counted_billed_cost
from feeds
left join counted
    on
        feeds.provider_id = counted.provider_id
        and feeds.billing_account_id = counted.billing_account_id
        and feeds.month_start_date = counted.month_start_date
where
    not feeds.is_counted
    -- rounding to whole cents differs between exports
    and feeds.billed_cost - coalesce(counted.billed_cost, 0) > 0.01 * abs(feeds.billed_cost)
