-- Share of tokens without a known price, per kind of source, above var max_unpriced_token_share:
-- add the model to seeds/reference/prices.csv or land a price sheet; see fct_unpriced_usage.
with usage as (
    select * from {{ ref('int_token_usage_priced') }}
    where meter <> 'requests'
)

select
    usage_kind,
    sum(quantity) as quantity,
    sum(case when price_per_unit_usd is null then quantity else 0 end) as unpriced_quantity
from usage
group by usage_kind
having
    cast(sum(case when price_per_unit_usd is null then quantity else 0 end) as double)
    > {{ var('max_unpriced_token_share') }} * cast(sum(quantity) as double)
