-- One row per provider with marginal context prices: the smallest prompt at which one applies.
select
    provider_id,
    min(context_over_tokens) as lowest_over_tokens
from {{ ref('dim_prices') }}
where
    context_rule = 'marginal'
    and context_over_tokens > 0
group by provider_id
