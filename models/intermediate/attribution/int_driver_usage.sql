-- One row per day × model × tier × meter × workload × customer × origin: who used what, each token
-- once. Logs say who; the report adds what it assigns itself and what nobody can name.
with usage as (
    select
        *,
        -- reports do not split reasoning from text: the two are compared as one
        case meter when 'output_reasoning' then 'output_text' else meter end as compared_meter
    from {{ ref('int_token_usage_priced') }}
),

gateway_gaps as (
    select * from {{ ref('int_gateway_gaps') }}
),

-- what the provider's report itself assigns to a workload, cut down to what no log covers
assigned as (
    select
        usage.*,
        cast(
            {{ whole_share(
                'usage.quantity', 'gateway_gaps.uncovered_assigned_quantity',
                'gateway_gaps.assigned_quantity',
            ) }} as bigint
        ) as uncovered_quantity,
        {{ from_picos(whole_share(
            to_picos('usage.computed_cost_usd'), 'gateway_gaps.uncovered_assigned_quantity',
            'gateway_gaps.assigned_quantity',
        )) }} as uncovered_computed_cost_usd
    from usage
    inner join gateway_gaps
        on
            usage.usage_date = gateway_gaps.usage_date
            and usage.priced_at = gateway_gaps.priced_at
            and usage.price_window_minute = gateway_gaps.price_window_minute
            and usage.provider_id = gateway_gaps.provider_id
            and usage.model_key = gateway_gaps.model_key
            and usage.service_tier = gateway_gaps.service_tier
            and usage.compared_meter = gateway_gaps.meter
    where
        usage.usage_kind = 'provider_report'
        and usage.workload_id is not null
),

-- what the report assigns and the log shows too: billed to its workload directly, so that the log's
-- rows of that workload must not draw on other pools as well
directly_billed as (
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

logged as (
    select
        usage.*,
        sum(usage.quantity) over (
            partition by
                usage.usage_date, usage.provider_id, usage.model_key, usage.compared_meter,
                usage.workload_id
        ) as workload_quantity,
        coalesce(directly_billed.logged_quantity, 0) as directly_billed_quantity
    from usage
    left join directly_billed
        on
            usage.usage_date = directly_billed.usage_date
            and usage.provider_id = directly_billed.provider_id
            and usage.model_key = directly_billed.model_key
            and usage.compared_meter = directly_billed.compared_meter
            and usage.workload_id = directly_billed.workload_id
    where usage.usage_kind = 'gateway_log'
),

logged_usage as (
    select
        usage_date,
        provider_id,
        cast(null as string) as project_id,
        model_id,
        model_key,
        service_tier,
        meter,
        workload_id,
        customer_id,
        case when workload_id is null then 'no_workload_rule' end as unallocated_reason,
        'gateway_log' as usage_origin,
        quantity,
        computed_cost_usd,
        workload_quantity
        - least(directly_billed_quantity, workload_quantity) as metered_part,
        workload_quantity as metered_whole,
        is_exact
    from logged
),

assigned_usage as (
    select
        usage_date,
        provider_id,
        project_id,
        model_id,
        model_key,
        service_tier,
        meter,
        workload_id,
        customer_id,
        cast(null as string) as unallocated_reason,
        'provider_report' as usage_origin,
        uncovered_quantity as quantity,
        uncovered_computed_cost_usd as computed_cost_usd,
        1 as metered_part,
        1 as metered_whole,
        is_exact
    from assigned
    where uncovered_quantity > 0
),

outside_usage as (
    select
        usage_date,
        provider_id,
        cast(null as string) as project_id,
        model_id,
        model_key,
        service_tier,
        meter,
        cast(null as string) as workload_id,
        cast(null as string) as customer_id,
        'outside_gateway' as unallocated_reason,
        'outside_gateway' as usage_origin,
        outside_quantity as quantity,
        computed_cost_usd,
        1 as metered_part,
        1 as metered_whole,
        is_exact
    from gateway_gaps
    where outside_quantity > 0
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
            whole_share(to_picos('computed_cost_usd'), 'metered_part', 'metered_whole')
        ) }} as metered_computed_cost_usd
    from united
)

select
    usage_date,
    provider_id,
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
    cast(sum(metered_quantity) as bigint) as metered_quantity,
    case
        when count(computed_cost_usd) = count(*)
            then cast(sum(metered_computed_cost_usd) as decimal(38, 12))
    end as metered_computed_cost_usd,
    min(case when is_exact then 1 else 0 end) = 1 as is_exact
from weighed
group by
    usage_date, provider_id, project_id, model_id, model_key, service_tier, meter, workload_id,
    customer_id, unallocated_reason, usage_origin
