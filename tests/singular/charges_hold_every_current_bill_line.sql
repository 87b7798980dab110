-- Every account's published charges, closed months and corrections included, equal the bills that
-- count now, and no line of an open month is lost or doubled.
with bills as (
    select
        charges_in_usd.*,
        case when closed_periods.month_start_date is null then 1 else 0 end as open_lines
    from {{ ref('int_charges_in_usd') }} as charges_in_usd
    left join {{ ref('stg_closed__closed_periods') }} as closed_periods
        on
            cast(date_trunc('month', charges_in_usd.charge_period_start) as date)
            = closed_periods.month_start_date
),

compared as (
    select
        provider_id,
        billing_account_id,
        open_lines,
        billed_cost_usd,
        effective_cost_usd
    from bills
    union all
    select
        provider_id,
        billing_account_id,
        case
            when cost_status = 'open' and corrects_month_start_date is null then -1 else 0
        end as open_lines,
        -billed_cost_usd as billed_cost_usd,
        -effective_cost_usd as effective_cost_usd
    from {{ ref('fct_charges') }}
)

select
    provider_id,
    billing_account_id,
    sum(open_lines) as missing_lines,
    sum(billed_cost_usd) as missing_billed_cost_usd,
    sum(effective_cost_usd) as missing_effective_cost_usd
from compared
group by provider_id, billing_account_id
having
    sum(open_lines) <> 0
    or coalesce(sum(billed_cost_usd), 0) <> 0
    or coalesce(sum(effective_cost_usd), 0) <> 0
