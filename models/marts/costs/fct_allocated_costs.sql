-- One row per cost pool × workload × customer × reason: the ledger. Every cent of the bill once.
-- Not additive: billed, effective and estimated cost are three views; shares and driver quantities.
with pools as (
    select * from {{ ref('int_cost_pools') }}
),

metered_costs as (
    select * from {{ ref('int_metered_costs') }}
),

driver_usage as (
    select * from {{ ref('int_driver_usage') }}
),

billed_days as (
    select * from {{ ref('int_billed_days') }}
),

workloads as (
    select * from {{ ref('workloads') }}
),

metered_pools as (
    select distinct pool_id
    from metered_costs
),

direct as (
    select
        pools.pool_id,
        pools.workload_id,
        cast(null as string) as customer_id,
        cast(null as string) as unallocated_reason,
        'direct' as allocation_method,
        cast(null as string) as driver,
        cast(null as decimal(38, 12)) as driver_quantity,
        cast(1 as double) as allocated_share,
        pools.billed_cost_usd,
        pools.effective_cost_usd
    from pools
    where pools.workload_id is not null
),

metered as (
    select
        pool_id,
        workload_id,
        customer_id,
        unallocated_reason,
        case when workload_id is null then 'unallocated' else 'metered' end as allocation_method,
        driver,
        driver_quantity,
        allocated_share,
        billed_cost_usd,
        effective_cost_usd
    from metered_costs
),

unallocated as (
    select
        pools.pool_id,
        cast(null as string) as workload_id,
        cast(null as string) as customer_id,
        case
            when pools.charge_category in ('Tax', 'Credit', 'Purchase', 'Adjustment')
                then lower(pools.charge_category)
            when pools.bill_meter is not null then 'no_driver'
            else 'no_workload_rule'
        end as unallocated_reason,
        'unallocated' as allocation_method,
        cast(null as string) as driver,
        cast(null as decimal(38, 12)) as driver_quantity,
        cast(1 as double) as allocated_share,
        pools.billed_cost_usd,
        pools.effective_cost_usd
    from pools
    left join metered_pools
        on pools.pool_id = metered_pools.pool_id
    where
        pools.workload_id is null
        and metered_pools.pool_id is null
),

billed as (
    select * from direct
    union all
    select * from metered
    union all
    select * from unallocated
),

billed_rows as (
    select
        billed.pool_id,
        pools.charge_date as usage_date,
        pools.provider_id,
        pools.billing_account_id,
        pools.sub_account_id,
        pools.service_name,
        pools.service_category,
        pools.charge_category,
        pools.model_key as model_id,
        pools.bill_meter,
        billed.workload_id,
        billed.customer_id,
        'open' as cost_status,
        billed.allocation_method,
        billed.unallocated_reason,
        billed.driver,
        billed.driver_quantity,
        billed.allocated_share,
        billed.billed_cost_usd,
        billed.effective_cost_usd,
        cast(null as decimal(38, 12)) as estimated_cost_usd
    from billed
    inner join pools
        on billed.pool_id = pools.pool_id
),

estimated_rows as (
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
        cast(null as string) as service_name,
        'AI and Machine Learning' as service_category,
        'Usage' as charge_category,
        driver_usage.model_key as model_id,
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
        driver_usage.unallocated_reason,
        'priced_tokens' as driver,
        cast(sum(driver_usage.computed_cost_usd) as decimal(38, 12)) as driver_quantity,
        cast(null as double) as allocated_share,
        cast(null as decimal(38, 12)) as billed_cost_usd,
        cast(null as decimal(38, 12)) as effective_cost_usd,
        cast(sum(driver_usage.computed_cost_usd) as decimal(38, 12)) as estimated_cost_usd
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
),

ledger as (
    select * from billed_rows
    union all
    select * from estimated_rows
)

select
    {{ hash_key([
        'ledger.pool_id', 'ledger.workload_id', 'ledger.customer_id', 'ledger.unallocated_reason',
    ]) }} as allocated_cost_id,
    ledger.pool_id,
    ledger.usage_date,
    ledger.provider_id,
    ledger.billing_account_id,
    ledger.sub_account_id,
    ledger.service_name,
    ledger.service_category,
    ledger.charge_category,
    ledger.model_id,
    ledger.bill_meter,
    coalesce(ledger.workload_id, 'unallocated') as workload_id,
    coalesce(workloads.feature_id, 'unallocated') as feature_id,
    ledger.customer_id,
    case
        when workloads.purpose = 'training' then 'training'
        when ledger.service_category = 'AI and Machine Learning' then 'inference'
        else 'harness'
    end as cost_layer,
    ledger.cost_status,
    ledger.allocation_method,
    ledger.unallocated_reason,
    ledger.driver,
    ledger.driver_quantity,
    ledger.allocated_share,
    ledger.billed_cost_usd,
    ledger.effective_cost_usd,
    ledger.estimated_cost_usd
from ledger
left join workloads
    on ledger.workload_id = workloads.workload_id
