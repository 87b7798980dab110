-- One row per day × model × tier × meter × price for which the provider reports more use than the
-- company's logs: what did not pass the gateway. Text and reasoning output are compared as one.
with usage as (
    select * from {{ ref('int_token_usage_priced') }}
),

bypassing_workloads as (
    select * from {{ ref('int_bypassing_workloads') }}
),

compared as (
    select
        usage.usage_date,
        usage.priced_at,
        usage.price_window_minute,
        usage.provider_id,
        usage.model_id,
        usage.model_key,
        usage.service_tier,
        case usage.meter when 'output_reasoning' then 'output_text' else usage.meter end as meter,
        case when usage.usage_kind = 'gateway_log' then usage.quantity else 0 end as log_quantity,
        case
            when usage.usage_kind = 'provider_report' then usage.quantity else 0
        end as provider_quantity,
        case
            when usage.usage_kind = 'provider_report' then usage.price_per_unit_usd
        end as provider_price_per_unit_usd,
        usage.is_exact
    from usage
    left join bypassing_workloads
        on
            usage.usage_date = bypassing_workloads.usage_date
            and usage.provider_id = bypassing_workloads.provider_id
            and usage.model_key = bypassing_workloads.model_key
            and usage.workload_id = bypassing_workloads.workload_id
    -- use that the provider's own report assigns is not expected in the log
    where bypassing_workloads.workload_id is null
),

totals as (
    select
        usage_date,
        priced_at,
        provider_id,
        model_id,
        model_key,
        service_tier,
        price_window_minute,
        meter,
        cast(sum(log_quantity) as bigint) as log_quantity,
        cast(sum(provider_quantity) as bigint) as provider_quantity,
        max_by(provider_price_per_unit_usd, provider_quantity) as price_per_unit_usd,
        coalesce(
            min(provider_price_per_unit_usd) = max(provider_price_per_unit_usd), false
        ) and min(case when is_exact then 1 else 0 end) = 1 as is_exact
    from compared
    group by
        usage_date,
        priced_at,
        provider_id,
        model_id,
        model_key,
        service_tier,
        price_window_minute,
        meter
)

select
    usage_date,
    priced_at,
    price_window_minute,
    provider_id,
    model_id,
    model_key,
    service_tier,
    meter,
    log_quantity,
    provider_quantity,
    provider_quantity - log_quantity as outside_quantity,
    price_per_unit_usd,
    {{ priced('provider_quantity - log_quantity', 'price_per_unit_usd') }} as computed_cost_usd,
    is_exact
from totals
where provider_quantity > log_quantity
