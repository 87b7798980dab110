-- One row per day × provider × project × model × meter × workload × customer × reason without a bill.
-- Computed from use and price: never a bill. Use without a known price is not in here.
with driver_usage as (
    select * from {{ ref('int_driver_usage') }}
),

billed_days as (
    select * from {{ ref('int_billed_days') }}
)

select
    {{ hash_key([
        "'estimated'", 'driver_usage.usage_date', 'driver_usage.provider_id',
        'driver_usage.project_id', 'driver_usage.model_key', 'driver_usage.meter',
        'driver_usage.usage_origin',
    ]) }} as pool_id,
    driver_usage.usage_date,
    driver_usage.provider_id,
    cast(null as string) as billing_account_id,
    driver_usage.project_id as sub_account_id,
    cast(null as string) as invoice_id,
    cast(null as string) as service_name,
    'AI and Machine Learning' as service_category,
    'Usage' as charge_category,
    cast(null as string) as commitment_discount_status,
    cast(null as date) as corrects_month_start_date,
    driver_usage.model_key,
    driver_usage.meter as bill_meter,
    driver_usage.workload_id,
    driver_usage.customer_id,
    'estimated' as cost_status,
    case
        when driver_usage.workload_id is null then 'unallocated'
        -- the report names the project or credential that the bill will name
        when driver_usage.usage_origin = 'provider_report' then 'direct'
        else 'metered'
    end as allocation_method,
    cast(null as string) as allocation_rule_id,
    driver_usage.unallocated_reason,
    'priced_tokens' as driver,
    cast(sum(driver_usage.computed_cost_usd) as decimal(38, 12)) as driver_quantity,
    cast(null as double) as allocated_share,
    false as is_idle,
    cast(null as decimal(38, 12)) as billed_cost_usd,
    cast(null as decimal(38, 12)) as effective_cost_usd,
    cast(null as decimal(38, 12)) as effective_cost_with_idle_usd,
    cast(sum(driver_usage.computed_cost_usd) as decimal(38, 12)) as estimated_cost_usd,
    cast(null as decimal(38, 12)) as list_cost_usd,
    cast(null as decimal(38, 12)) as billed_quantity
from driver_usage
left join billed_days
    on
        driver_usage.provider_id = billed_days.provider_id
        and driver_usage.usage_date = billed_days.usage_date
-- use without a known price is listed in fct_unpriced_usage, not shown as free
where
    billed_days.usage_date is null
    and driver_usage.computed_cost_usd <> 0
group by
    driver_usage.usage_date, driver_usage.provider_id, driver_usage.project_id,
    driver_usage.model_key, driver_usage.meter, driver_usage.usage_origin,
    driver_usage.workload_id, driver_usage.customer_id, driver_usage.unallocated_reason
