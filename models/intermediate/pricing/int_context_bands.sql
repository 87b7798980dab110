-- One row per provider × context band: prompt sizes between two thresholds of its prices.
-- A request belongs to the band when its input is over `over_tokens` and at most `up_to_tokens`.
with thresholds as (
    select distinct
        provider_id,
        context_over_tokens as over_tokens
    from {{ ref('dim_prices') }}
    where context_over_tokens > 0
)

select
    provider_id,
    over_tokens as context_over_tokens,
    over_tokens,
    coalesce(
        lead(over_tokens) over (partition by provider_id order by over_tokens), 9223372036854775807
    ) as up_to_tokens
from thresholds
