-- One row per day × model × tier × meter × workload × customer × origin: who used what, each token
-- once. Logs say who; the provider's report adds what it assigns itself and what no log covers.
with usage as (
    select * from {{ ref('int_token_usage_priced') }}
),

bypassing_workloads as (
    select * from {{ ref('int_bypassing_workloads') }}
),

gateway_gaps as (
    select * from {{ ref('int_gateway_gaps') }}
),

known_usage as (
    select
        usage.usage_date,
        usage.provider_id,
        case when usage.usage_kind = 'provider_report' then usage.project_id end as project_id,
        usage.model_id,
        usage.model_key,
        usage.service_tier,
        usage.meter,
        usage.workload_id,
        usage.customer_id,
        case when usage.workload_id is null then 'no_workload_rule' end as unallocated_reason,
        usage.usage_kind as usage_origin,
        usage.quantity,
        usage.computed_cost_usd,
        usage.is_exact
    from usage
    left join bypassing_workloads
        on
            usage.usage_date = bypassing_workloads.usage_date
            and usage.provider_id = bypassing_workloads.provider_id
            and usage.model_key = bypassing_workloads.model_key
            and usage.workload_id = bypassing_workloads.workload_id
    where
        (usage.usage_kind = 'gateway_log' and bypassing_workloads.workload_id is null)
        or (usage.usage_kind = 'provider_report' and usage.workload_id is not null)
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
        is_exact
    from gateway_gaps
),

united as (
    select * from known_usage
    union all
    select * from outside_usage
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
    min(case when is_exact then 1 else 0 end) = 1 as is_exact
from united
group by
    usage_date, provider_id, project_id, model_id, model_key, service_tier, meter, workload_id,
    customer_id, unallocated_reason, usage_origin
