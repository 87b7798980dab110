-- One row per metered pool × workload × customer × reason: the pool's money by share of use.
-- Of a pool with an owner only machines are metered: what of them was idle stays the owner's.
with pools as (
    select * from {{ ref('int_cost_pools') }}
),

token_drivers as (
    -- a correction stands in another month than the use it speaks of
    select * from {{ every_day_of(ref('int_token_drivers')) }}
),

resource_drivers as (
    select * from {{ ref('int_resource_drivers') }}
),

drivers as (
    select
        driver_key_id,
        account_id,
        project_id,
        workload_id,
        customer_id,
        unallocated_reason,
        cast(null as string) as driver,
        false as is_idle,
        cast(quantity as decimal(38, 12)) as quantity,
        notional_cost_usd
    from token_drivers
    union all
    select
        driver_key_id,
        cast(null as string) as account_id,
        cast(null as string) as project_id,
        workload_id,
        customer_id,
        unallocated_reason,
        driver,
        is_idle,
        quantity,
        cast(null as decimal(38, 12)) as notional_cost_usd
    from resource_drivers
),

driven as (
    select
        pools.pool_id,
        pools.charge_date,
        pools.billed_cost_usd as pool_billed_cost_usd,
        pools.effective_cost_usd as pool_effective_cost_usd,
        pools.list_cost_usd as pool_list_cost_usd,
        -- of storage and network the quantity is what use says
        case when pools.bill_meter = 'gpu_seconds' then pools.billed_quantity end
            as pool_billed_quantity,
        coalesce(pools.workload_id, drivers.workload_id) as workload_id,
        drivers.customer_id,
        case when pools.workload_id is null then drivers.unallocated_reason end
            as unallocated_reason,
        drivers.driver,
        drivers.is_idle,
        cast(sum(drivers.quantity) as decimal(38, 12)) as quantity,
        case
            when count(drivers.notional_cost_usd) = count(*)
                then cast(sum(drivers.notional_cost_usd) as decimal(38, 12))
        end as notional_cost_usd
    from pools
    inner join drivers
        on
            pools.driver_key_id = drivers.driver_key_id
            and (
                drivers.account_id is null
                or drivers.account_id = pools.billing_account_id
            )
            and (
                drivers.project_id is null
                or pools.sub_account_id is null
                or drivers.project_id = pools.sub_account_id
            )
    group by
        pools.pool_id, pools.charge_date, pools.billed_cost_usd, pools.effective_cost_usd,
        pools.list_cost_usd,
        case when pools.bill_meter = 'gpu_seconds' then pools.billed_quantity end,
        coalesce(pools.workload_id, drivers.workload_id), drivers.customer_id,
        case when pools.workload_id is null then drivers.unallocated_reason end, drivers.driver,
        drivers.is_idle
),

measured as (
    select
        driven.*,
        -- priced use when every price in the pool is known and one is not free, raw use otherwise
        count(notional_cost_usd) over (partition by pool_id) = count(*) over (partition by pool_id)
        and sum(notional_cost_usd) over (partition by pool_id) > 0 as is_priced,
        sum(case when is_idle then 0 else quantity end) over (partition by pool_id)
            as held_quantity
    from driven
),

weighted as (
    select
        measured.*,
        case
            when is_priced then {{ to_picos('notional_cost_usd') }}
            -- bytes are whole; millionths of a petabyte-month times its cost have over 38 digits
            when driver in ('byte_hours', 'transferred_bytes')
                then cast(quantity as decimal(38, 0))
            else {{ to_micros('quantity') }}
        end as weight,
        -- where something was used, idle has no weight of its own: it is spread by use
        case
            when is_priced then {{ to_picos('notional_cost_usd') }}
            when is_idle and held_quantity > 0 then cast(0 as decimal(38, 0))
            when driver in ('byte_hours', 'transferred_bytes')
                then cast(quantity as decimal(38, 0))
            else {{ to_micros('quantity') }}
        end as weight_without_idle
    from measured
),

split as (
    {{ split_exactly(
        'weighted',
        pool=['pool_id'],
        splits=[
            {'amount': 'pool_billed_cost_usd', 'weight': 'weight', 'result': 'billed_cost_usd'},
            {'amount': 'pool_effective_cost_usd', 'weight': 'weight',
             'result': 'effective_cost_usd'},
            {'amount': 'pool_effective_cost_usd', 'weight': 'weight_without_idle',
             'result': 'effective_cost_with_idle_usd'},
            {'amount': 'pool_list_cost_usd', 'weight': 'weight', 'result': 'list_cost_usd'},
            {'amount': 'pool_billed_quantity', 'weight': 'weight', 'result': 'billed_quantity'},
        ],
        tie_breakers=['workload_id', 'customer_id', 'unallocated_reason', 'is_idle'],
    ) }}
)

select
    pool_id,
    charge_date,
    workload_id,
    customer_id,
    unallocated_reason,
    coalesce(driver, case when is_priced then 'priced_tokens' else 'quantity' end) as driver,
    -- of priced use the driver is its cost at prices per token
    case when is_priced then notional_cost_usd else quantity end as driver_quantity,
    allocated_share,
    is_idle,
    billed_cost_usd,
    effective_cost_usd,
    effective_cost_with_idle_usd,
    list_cost_usd,
    billed_quantity
from split
{{ in_order_of('charge_date') }}
