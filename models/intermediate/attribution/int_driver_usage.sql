-- One row per day × account × project × model × tier × meter × owner × origin: who used what, each
-- token once. Logs say who; the report adds what it assigns itself and what nobody can name.
with usage as (
    select
        *,
        -- reports do not split reasoning from text: the two are compared as one
        case meter when 'output_reasoning' then 'output_text' else meter end as compared_meter
    from {{ ref('int_token_usage_priced') }}
    where usage_kind = 'gateway_log'
),

gateway_gaps as (
    select * from {{ ref('int_gateway_gaps') }}
),

assigned as (
    select * from {{ ref('int_assigned_usage') }}
),

pools as (
    -- a line of a longer period may have begun in another month
    select * from {{ every_day_of(ref('int_cost_pools')) }}
),

bill_meters as (
    select * from {{ ref('bill_meters') }}
),

dates as (
    select * from {{ ref('dim_dates') }}
),

billed_days as (
    select * from {{ ref('int_billed_days') }}
),

billed_provider_days as (
    select
        provider_id,
        usage_date,
        max(case when account_id is null then 1 else 0 end) = 1 as names_no_account
    from billed_days
    group by provider_id, usage_date
),

-- An account that no bill names may be spelled otherwise there: use of it may be any account's, and
-- so is use of landing's account without a name.
billed_accounts as (
    select distinct
        provider_id,
        billing_account_id as account_id
    from {{ ref('fct_charges') }}
    where billing_account_id <> '(default)'
),

-- workloads with lines of their own on the bill
direct_lines as (
    select distinct
        dates.date_day as usage_date,
        pools.provider_id,
        pools.model_key,
        case bill_meters.meter
            when 'output_reasoning' then 'output_text'
            else bill_meters.meter
        end as compared_meter,
        pools.workload_id
    from pools
    inner join dates
        on
            pools.driver_start_date <= dates.date_day
            and pools.driver_end_date >= dates.date_day
    inner join bill_meters
        on pools.bill_meter = bill_meters.bill_meter
    where
        pools.workload_id is not null
        and pools.charge_category = 'Usage'
),

-- what the report assigns and the log shows too
assigned_and_logged as (
    select
        usage_date,
        provider_id,
        model_key,
        compared_meter,
        workload_id,
        cast(sum(quantity - uncovered_quantity) as bigint) as logged_quantity
    from assigned
    group by usage_date, provider_id, model_key, compared_meter, workload_id
),

-- Billed to its workload directly, so that the log's rows of that workload must not draw on other
-- pools as well: as much as the report says, everything where no report assigns the use.
directly_billed as (
    select distinct
        usage.usage_date,
        usage.provider_id,
        usage.model_key,
        usage.compared_meter,
        usage.workload_id,
        assigned_and_logged.logged_quantity
    from usage
    inner join direct_lines
        on
            usage.usage_date = direct_lines.usage_date
            and usage.provider_id = direct_lines.provider_id
            and usage.compared_meter = direct_lines.compared_meter
            and usage.workload_id = direct_lines.workload_id
            and usage.model_key = coalesce(direct_lines.model_key, usage.model_key)
    left join assigned_and_logged
        on
            usage.usage_date = assigned_and_logged.usage_date
            and usage.provider_id = assigned_and_logged.provider_id
            and usage.model_key = assigned_and_logged.model_key
            and usage.compared_meter = assigned_and_logged.compared_meter
            and usage.workload_id = assigned_and_logged.workload_id
),

logged as (
    select
        usage.*,
        sum(usage.quantity) over (
            partition by
                usage.usage_date, usage.provider_id, usage.model_key, usage.compared_meter,
                usage.workload_id
        ) as workload_quantity,
        case
            when directly_billed.workload_id is null then 0
            else directly_billed.logged_quantity
        end as directly_billed_quantity
    from usage
    left join directly_billed
        on
            usage.usage_date = directly_billed.usage_date
            and usage.provider_id = directly_billed.provider_id
            and usage.model_key = directly_billed.model_key
            and usage.compared_meter = directly_billed.compared_meter
            and usage.workload_id = directly_billed.workload_id
),

logged_usage as (
    select
        logged.usage_date,
        logged.provider_id,
        billed_accounts.account_id,
        cast(null as string) as project_id,
        logged.model_id,
        logged.model_key,
        logged.service_tier,
        logged.meter,
        logged.workload_id,
        logged.customer_id,
        case when logged.workload_id is null then 'no_workload_rule' end as unallocated_reason,
        'gateway_log' as usage_origin,
        logged.quantity,
        logged.computed_cost_usd,
        logged.notional_cost_usd,
        logged.workload_quantity - least(
            coalesce(logged.directly_billed_quantity, logged.workload_quantity),
            logged.workload_quantity
        ) as metered_part,
        logged.workload_quantity as metered_whole,
        logged.is_exact
    from logged
    left join billed_accounts
        on
            logged.provider_id = billed_accounts.provider_id
            and logged.account_id = billed_accounts.account_id
),

assigned_usage as (
    select
        assigned.usage_date,
        assigned.provider_id,
        billed_accounts.account_id,
        assigned.project_id,
        assigned.model_id,
        assigned.model_key,
        assigned.service_tier,
        assigned.meter,
        assigned.workload_id,
        assigned.customer_id,
        cast(null as string) as unallocated_reason,
        'provider_report' as usage_origin,
        assigned.uncovered_quantity as quantity,
        assigned.uncovered_computed_cost_usd as computed_cost_usd,
        assigned.uncovered_notional_cost_usd as notional_cost_usd,
        1 as metered_part,
        1 as metered_whole,
        assigned.is_exact
    from assigned
    left join billed_accounts
        on
            assigned.provider_id = billed_accounts.provider_id
            and assigned.account_id = billed_accounts.account_id
    where assigned.uncovered_quantity > 0
),

outside_usage as (
    select
        gateway_gaps.usage_date,
        gateway_gaps.provider_id,
        billed_accounts.account_id,
        cast(null as string) as project_id,
        gateway_gaps.model_id,
        gateway_gaps.model_key,
        gateway_gaps.service_tier,
        gateway_gaps.meter,
        cast(null as string) as workload_id,
        cast(null as string) as customer_id,
        'outside_gateway' as unallocated_reason,
        'outside_gateway' as usage_origin,
        gateway_gaps.outside_quantity as quantity,
        gateway_gaps.computed_cost_usd,
        gateway_gaps.notional_cost_usd,
        1 as metered_part,
        1 as metered_whole,
        gateway_gaps.is_exact
    from gateway_gaps
    left join billed_accounts
        on
            gateway_gaps.provider_id = billed_accounts.provider_id
            and gateway_gaps.account_id = billed_accounts.account_id
    where gateway_gaps.outside_quantity > 0
),

united as (
    select * from logged_usage
    union all
    select * from assigned_usage
    union all
    select * from outside_usage
),

weighed as (
    select
        united.*,
        cast({{ whole_share('quantity', 'metered_part', 'metered_whole') }} as bigint)
            as metered_quantity,
        {{ from_picos(
            whole_share(to_picos('notional_cost_usd'), 'metered_part', 'metered_whole')
        ) }} as metered_notional_cost_usd
    from united
),

totals as (
    select
        usage_date,
        provider_id,
        account_id,
        project_id,
        model_id,
        model_key,
        service_tier,
        meter,
        workload_id,
        customer_id,
        unallocated_reason,
        usage_origin,
        cast(sum(quantity) as bigint) as quantity,
        -- one unknown price makes the sum unknown
        case
            when count(computed_cost_usd) = count(*)
                then cast(sum(computed_cost_usd) as decimal(38, 12))
        end as computed_cost_usd,
        case
            when count(notional_cost_usd) = count(*)
                then cast(sum(notional_cost_usd) as decimal(38, 12))
        end as notional_cost_usd,
        cast(sum(metered_quantity) as bigint) as metered_quantity,
        case
            when count(notional_cost_usd) = count(*)
                then cast(sum(metered_notional_cost_usd) as decimal(38, 12))
        end as metered_notional_cost_usd,
        min(case when is_exact then 1 else 0 end) = 1 as is_exact
    from weighed
    group by
        usage_date, provider_id, account_id, project_id, model_id, model_key, service_tier, meter,
        workload_id, customer_id, unallocated_reason, usage_origin
)

select
    totals.*,
    case
        when billed_provider_days.usage_date is null then false
        -- use whose account is not known has its bill when any account's is there
        when totals.account_id is null or billed_provider_days.names_no_account then true
        else billed_days.usage_date is not null
    end as is_billed
from totals
left join billed_provider_days
    on
        totals.provider_id = billed_provider_days.provider_id
        and totals.usage_date = billed_provider_days.usage_date
left join billed_days
    on
        totals.provider_id = billed_days.provider_id
        and totals.usage_date = billed_days.usage_date
        and totals.account_id = billed_days.account_id
{{ in_order_of('totals.usage_date') }}
