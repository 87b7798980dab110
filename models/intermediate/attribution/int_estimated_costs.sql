-- One row per day × provider × project × model × meter × owner × reason without a bill.
-- Computed from use and price: never a bill. Use without a known price is not in here.
with driver_usage as (
    select * from {{ ref('int_driver_usage') }}
)

select
    {{ hash_key([
        "'estimated'", 'usage_date', 'provider_id', 'project_id', 'model_key', 'meter',
        'usage_origin',
    ]) }} as pool_id,
    usage_date,
    provider_id,
    cast(null as string) as billing_account_id,
    project_id as sub_account_id,
    cast(null as string) as invoice_id,
    cast(null as string) as service_name,
    'AI and Machine Learning' as service_category,
    'Usage' as charge_category,
    cast(null as string) as commitment_discount_status,
    cast(null as date) as corrects_month_start_date,
    model_key,
    meter as bill_meter,
    workload_id,
    customer_id,
    'estimated' as cost_status,
    case
        when workload_id is null then 'unallocated'
        -- the report names the project or credential that the bill will name
        when usage_origin = 'provider_report' then 'direct'
        else 'metered'
    end as allocation_method,
    cast(null as string) as allocation_rule_id,
    unallocated_reason,
    'priced_tokens' as driver,
    cast(sum(computed_cost_usd) as decimal(38, 12)) as driver_quantity,
    cast(null as double) as allocated_share,
    false as is_idle,
    cast(null as decimal(38, 12)) as billed_cost_usd,
    cast(null as decimal(38, 12)) as effective_cost_usd,
    cast(null as decimal(38, 12)) as effective_cost_with_idle_usd,
    cast(sum(computed_cost_usd) as decimal(38, 12)) as estimated_cost_usd,
    cast(null as decimal(38, 12)) as list_cost_usd,
    cast(null as decimal(38, 12)) as billed_quantity
from driver_usage
-- use without a known price is listed in fct_unpriced_usage, not shown as free
where
    not is_billed
    and computed_cost_usd <> 0
group by
    usage_date, provider_id, project_id, model_key, meter, usage_origin, workload_id, customer_id,
    unallocated_reason
