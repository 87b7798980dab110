-- One row per row of int_resource_usage with a quantity, by the names that the bill has for it.
-- Use that no bill knows keeps its own names and has no scope.
with resource_usage as (
    select
        {{ hash_key(['provider_id', 'meter', 'resource_id', 'meter_kind', 'account_id']) }}
            as use_key_id,
        *
    from {{ ref('int_resource_usage') }}
    where quantity > 0
),

scopes as (
    select * from {{ ref('int_resource_scopes') }}
),

billed_scopes as (
    select * from {{ ref('int_billed_scopes') }}
),

pools as (
    select * from {{ ref('int_cost_pools') }}
),

used_days as (
    select distinct
        use_key_id,
        usage_date
    from resource_usage
),

-- when a scope is billed, and a resource that is in none because it has an owner
periods as (
    select distinct
        scopes.use_key_id,
        billed_scopes.driver_start_date,
        billed_scopes.driver_end_date
    from scopes
    inner join billed_scopes
        on
            scopes.provider_id = billed_scopes.provider_id
            and scopes.meter = billed_scopes.meter
            and scopes.scope_key = billed_scopes.scope_key
    union distinct
    select
        scopes.use_key_id,
        pools.driver_start_date,
        pools.driver_end_date
    from scopes
    inner join pools
        on
            scopes.provider_id = pools.provider_id
            and scopes.meter = pools.bill_meter
            and scopes.resource_id = pools.resource_id
    where
        pools.driver_key_id is null
        and pools.corrects_month_start_date is null
),

billed_days as (
    select
        used_days.use_key_id,
        used_days.usage_date,
        min(case when periods.driver_start_date = periods.driver_end_date then 1 else 0 end) = 1
            as is_one_day
    from used_days
    inner join periods
        on
            used_days.use_key_id = periods.use_key_id
            and used_days.usage_date >= periods.driver_start_date
            and used_days.usage_date <= periods.driver_end_date
    group by used_days.use_key_id, used_days.usage_date
)

select
    resource_usage.usage_date,
    resource_usage.meter,
    resource_usage.provider_id,
    scopes.billing_account_id,
    case
        when scopes.is_resource_billed or scopes.scope_key is not null then scopes.sub_account_id
        else resource_usage.account_id
    end as sub_account_id,
    resource_usage.resource_id,
    scopes.is_resource_billed,
    coalesce(scopes.meter_kind, resource_usage.meter_kind) as meter_kind,
    coalesce(scopes.storage_class, resource_usage.storage_class) as storage_class,
    coalesce(scopes.from_region_id, resource_usage.from_region_id) as from_region_id,
    coalesce(scopes.to_region_id, resource_usage.to_region_id) as to_region_id,
    scopes.scope_key,
    resource_usage.workload_id as used_workload_id,
    coalesce(scopes.workload_id, resource_usage.workload_id) as workload_id,
    resource_usage.customer_id,
    billed_days.is_one_day,
    resource_usage.quantity,
    resource_usage.active_quantity,
    resource_usage.measured_quantity
from resource_usage
inner join scopes
    on resource_usage.use_key_id = scopes.use_key_id
left join billed_days
    on
        resource_usage.use_key_id = billed_days.use_key_id
        and resource_usage.usage_date = billed_days.usage_date
