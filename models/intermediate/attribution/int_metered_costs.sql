-- One row per metered pool × workload × customer × reason: the pool's money by share of use.
-- Shares are whole pico-dollars; what cutting leaves over goes to the largest share, so that the
-- rows of a pool add up to it to the last digit.
with pools as (
    select * from {{ ref('int_cost_pools') }}
),

drivers as (
    select * from {{ ref('int_pool_drivers') }}
),

driven as (
    select
        pools.pool_id,
        pools.billed_cost_usd as pool_billed_cost_usd,
        pools.effective_cost_usd as pool_effective_cost_usd,
        drivers.workload_id,
        drivers.customer_id,
        drivers.unallocated_reason,
        cast(sum(drivers.quantity) as bigint) as quantity,
        case
            when count(drivers.computed_cost_usd) = count(*)
                then cast(sum(drivers.computed_cost_usd) as decimal(38, 12))
        end as computed_cost_usd
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
        pools.pool_id, pools.billed_cost_usd, pools.effective_cost_usd, drivers.workload_id,
        drivers.customer_id, drivers.unallocated_reason
),

measured as (
    select
        driven.*,
        -- priced use when every price in the pool is known and one is not free, raw use otherwise
        count(computed_cost_usd) over (partition by pool_id) = count(*) over (partition by pool_id)
        and sum(computed_cost_usd) over (partition by pool_id) > 0 as is_priced
    from driven
),

weighted as (
    select
        measured.*,
        case when is_priced then {{ to_picos('computed_cost_usd') }} else quantity end as weight
    from measured
),

totalled as (
    select
        weighted.*,
        cast(sum(weight) over (partition by pool_id) as decimal(38, 0)) as weight_total,
        row_number() over (
            partition by pool_id
            order by
                weight desc,
                workload_id nulls last,
                customer_id nulls last,
                unallocated_reason nulls last
        ) as weight_rank
    from weighted
),

cut as (
    select
        totalled.*,
        {{ whole_share(to_picos('pool_billed_cost_usd'), 'weight', 'weight_total') }}
            as billed_picos,
        {{ whole_share(to_picos('pool_effective_cost_usd'), 'weight', 'weight_total') }}
            as effective_picos
    from totalled
    where weight_total > 0
),

resolved as (
    select
        cut.*,
        case
            when weight_rank = 1
                then
                    {{ to_picos('pool_billed_cost_usd') }}
                    - sum(billed_picos) over (partition by pool_id)
            else 0
        end as billed_left_over,
        case
            when weight_rank = 1
                then
                    {{ to_picos('pool_effective_cost_usd') }}
                    - sum(effective_picos) over (partition by pool_id)
            else 0
        end as effective_left_over
    from cut
)

select
    pool_id,
    workload_id,
    customer_id,
    unallocated_reason,
    case when is_priced then 'priced_tokens' else 'quantity' end as driver,
    -- of priced use the driver is its computed cost in dollars
    cast(
        case when is_priced then computed_cost_usd else quantity end as decimal(38, 12)
    ) as driver_quantity,
    cast(weight as double) / cast(weight_total as double) as allocated_share,
    {{ from_picos('billed_picos + billed_left_over') }} as billed_cost_usd,
    {{ from_picos('effective_picos + effective_left_over') }} as effective_cost_usd
from resolved
