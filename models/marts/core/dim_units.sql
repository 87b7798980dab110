-- One row per unit: the useful thing whose cost is asked for.
with units as (
    select * from {{ ref('unit_definitions') }}
)

select
    unit_id,
    unit_name,
    event_type,
    feature_id,
    cast(counts_only_successful as boolean) as counts_only_successful,
    cast(target_cost_usd as decimal(38, 12)) as target_cost_usd
from units
