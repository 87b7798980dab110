-- One row per context band: prompt sizes between two thresholds at which any model's price changes.
-- A request belongs to the band when its input is over `over_tokens` and at most `up_to_tokens`.
with thresholds as (
    select distinct context_over_tokens as over_tokens
    from {{ ref('dim_prices') }}
    union distinct
    select cast(0 as bigint) as over_tokens
)

select
    over_tokens as context_over_tokens,
    -- an empty request is in the lowest band, and so is a count that cannot be: no row is lost
    case when over_tokens = 0 then -9223372036854775807 else over_tokens end as over_tokens,
    coalesce(lead(over_tokens) over (order by over_tokens), 9223372036854775807) as up_to_tokens
from thresholds
