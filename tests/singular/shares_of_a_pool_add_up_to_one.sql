-- The parts into which a charge is split are all of it (FOCUS 1.3: AllocatedRatio). Doubles.
with shares as (
    select
        pool_id,
        allocated_share
    from {{ ref('int_metered_costs') }}
    union all
    select
        shared_pool_id as pool_id,
        allocated_share
    from {{ ref('int_shared_costs') }}
)

select
    pool_id,
    sum(allocated_share) as allocated_share
from shares
group by pool_id
having abs(sum(allocated_share) - 1) > 0.000000001
