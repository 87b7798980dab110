-- One row per month × provider: the bill, the ledger, and what usage says it should have cost.
-- Gaps are differences of sums; the four costs are views of the same use and never add up.
with charges as (
    select * from {{ ref('fct_charges') }}
),

ledger as (
    select * from {{ ref('fct_allocated_costs') }}
),

usage as (
    select * from {{ ref('int_driver_usage') }}
),

reported as (
    select * from {{ ref('int_token_usage_named') }}
    where usage_kind = 'gateway_log'
),

billed_days as (
    select distinct
        provider_id,
        usage_date
    from {{ ref('int_billed_days') }}
),

structural_gaps as (
    select * from {{ ref('structural_gaps') }}
),

tiers_not_billed as (
    select
        provider_id,
        service_tier
    from structural_gaps
    where
        service_tier is not null
        and not seen_in_bill
),

measures as (
    select
        cast(date_trunc('month', charge_date) as date) as month_start_date,
        provider_id,
        billed_cost_usd as charges_billed_cost_usd,
        case
            when bill_meter not in ('gpu_seconds', 'byte_hours', 'transferred_bytes')
                then billed_cost_usd
        end as metered_billed_cost_usd,
        case when bill_meter = 'other' then billed_cost_usd end as billed_without_usage_cost_usd,
        cast(null as decimal(38, 12)) as ledger_billed_cost_usd,
        cast(null as decimal(38, 12)) as estimated_cost_usd,
        cast(null as decimal(38, 12)) as computed_cost_usd,
        cast(null as decimal(38, 12)) as computed_not_billed_cost_usd,
        cast(null as decimal(38, 12)) as reported_cost_usd,
        0 as unpriced_rows,
        0 as uses_outside_logs,
        0 as logs_without_cost,
        case when billed_cost_usd is null then 1 else 0 end as lines_without_usd
    from charges
    union all
    select
        cast(date_trunc('month', usage_date) as date) as month_start_date,
        provider_id,
        cast(null as decimal(38, 12)) as charges_billed_cost_usd,
        cast(null as decimal(38, 12)) as metered_billed_cost_usd,
        cast(null as decimal(38, 12)) as billed_without_usage_cost_usd,
        billed_cost_usd as ledger_billed_cost_usd,
        estimated_cost_usd,
        cast(null as decimal(38, 12)) as computed_cost_usd,
        cast(null as decimal(38, 12)) as computed_not_billed_cost_usd,
        cast(null as decimal(38, 12)) as reported_cost_usd,
        0 as unpriced_rows,
        0 as uses_outside_logs,
        0 as logs_without_cost,
        0 as lines_without_usd
    from ledger
    union all
    -- only use of days whose bill is here can be compared with it
    select
        cast(date_trunc('month', usage.usage_date) as date) as month_start_date,
        usage.provider_id,
        cast(null as decimal(38, 12)) as charges_billed_cost_usd,
        cast(null as decimal(38, 12)) as metered_billed_cost_usd,
        cast(null as decimal(38, 12)) as billed_without_usage_cost_usd,
        cast(null as decimal(38, 12)) as ledger_billed_cost_usd,
        cast(null as decimal(38, 12)) as estimated_cost_usd,
        usage.computed_cost_usd,
        case when tiers_not_billed.provider_id is not null then usage.computed_cost_usd end
            as computed_not_billed_cost_usd,
        cast(null as decimal(38, 12)) as reported_cost_usd,
        case when usage.computed_cost_usd is null then 1 else 0 end as unpriced_rows,
        case when usage.usage_origin <> 'gateway_log' then 1 else 0 end as uses_outside_logs,
        0 as logs_without_cost,
        0 as lines_without_usd
    from usage
    left join tiers_not_billed
        on
            usage.provider_id = tiers_not_billed.provider_id
            and usage.service_tier = tiers_not_billed.service_tier
    where usage.is_billed
    union all
    select
        cast(date_trunc('month', reported.usage_date) as date) as month_start_date,
        reported.provider_id,
        cast(null as decimal(38, 12)) as charges_billed_cost_usd,
        cast(null as decimal(38, 12)) as metered_billed_cost_usd,
        cast(null as decimal(38, 12)) as billed_without_usage_cost_usd,
        cast(null as decimal(38, 12)) as ledger_billed_cost_usd,
        cast(null as decimal(38, 12)) as estimated_cost_usd,
        cast(null as decimal(38, 12)) as computed_cost_usd,
        cast(null as decimal(38, 12)) as computed_not_billed_cost_usd,
        reported.reported_cost_usd,
        0 as unpriced_rows,
        0 as uses_outside_logs,
        case when reported.reported_cost_usd is null then 1 else 0 end as logs_without_cost,
        0 as lines_without_usd
    from reported
    inner join billed_days
        on
            reported.provider_id = billed_days.provider_id
            and reported.usage_date = billed_days.usage_date
),

totals as (
    select
        month_start_date,
        provider_id,
        -- a line without an exchange rate makes the month unknown, not smaller
        case
            when sum(lines_without_usd) = 0
                then cast(coalesce(sum(charges_billed_cost_usd), 0) as decimal(38, 12))
        end as charges_billed_cost_usd,
        case
            when sum(lines_without_usd) = 0
                then cast(coalesce(sum(ledger_billed_cost_usd), 0) as decimal(38, 12))
        end as ledger_billed_cost_usd,
        case
            when sum(lines_without_usd) = 0
                then cast(sum(metered_billed_cost_usd) as decimal(38, 12))
        end as metered_billed_cost_usd,
        cast(coalesce(sum(billed_without_usage_cost_usd), 0) as decimal(38, 12))
            as billed_without_usage_cost_usd,
        cast(sum(estimated_cost_usd) as decimal(38, 12)) as estimated_cost_usd,
        cast(sum(computed_cost_usd) as decimal(38, 12)) as computed_cost_usd,
        cast(coalesce(sum(computed_not_billed_cost_usd), 0) as decimal(38, 12))
            as computed_not_billed_cost_usd,
        cast(sum(reported_cost_usd) as decimal(38, 12)) as reported_cost_usd,
        sum(unpriced_rows) as unpriced_rows,
        sum(uses_outside_logs) as uses_outside_logs,
        sum(logs_without_cost) as logs_without_cost,
        sum(lines_without_usd) as lines_without_usd
    from measures
    group by month_start_date, provider_id
),

compared as (
    select
        totals.*,
        {{ exact_sum(['metered_billed_cost_usd'], minus=['computed_cost_usd']) }}
            as computed_gap_usd,
        {{ exact_sum(['metered_billed_cost_usd'], minus=['reported_cost_usd']) }}
            as reported_gap_usd,
        {{ exact_sum(
            ['metered_billed_cost_usd', 'computed_not_billed_cost_usd'],
            minus=['computed_cost_usd', 'billed_without_usage_cost_usd'],
        ) }} as unexplained_gap_usd
    from totals
)

select
    {{ hash_key(['month_start_date', 'provider_id']) }} as invoice_reconciliation_id,
    month_start_date,
    provider_id,
    charges_billed_cost_usd,
    ledger_billed_cost_usd,
    {{ exact_sum(['charges_billed_cost_usd'], minus=['ledger_billed_cost_usd']) }}
        as ledger_difference_usd,
    estimated_cost_usd,
    metered_billed_cost_usd,
    computed_cost_usd,
    reported_cost_usd,
    computed_gap_usd,
    cast(computed_gap_usd as double) / nullif(cast(metered_billed_cost_usd as double), 0)
        as computed_gap_share,
    billed_without_usage_cost_usd,
    computed_not_billed_cost_usd,
    unexplained_gap_usd,
    case
        when lines_without_usd > 0 then 'bill_without_exchange_rate'
        when metered_billed_cost_usd is null and computed_cost_usd is null then 'no_metered_usage'
        when metered_billed_cost_usd is null and charges_billed_cost_usd <> 0
            then 'bill_is_not_itemised'
        when metered_billed_cost_usd is null then 'no_bill'
        when computed_cost_usd is null then 'no_priced_usage'
        when computed_gap_usd = 0 then 'none'
        when unexplained_gap_usd = 0 then 'structural_gap'
        when unpriced_rows > 0 then 'usage_without_price'
        else 'price_or_quantity_differs'
    end as computed_gap_reason,
    reported_gap_usd,
    case
        when lines_without_usd > 0 then 'bill_without_exchange_rate'
        when reported_cost_usd is null then 'no_reported_cost'
        when metered_billed_cost_usd is null then 'no_itemised_bill'
        when reported_gap_usd = 0 then 'none'
        when uses_outside_logs > 0 then 'use_outside_logs'
        when logs_without_cost > 0 then 'logs_without_cost'
        else 'price_or_quantity_differs'
    end as reported_gap_reason
from compared
