-- Share of tokens without a known price, per kind of source, above var max_unpriced_token_share:
-- add the model to seeds/reference/prices.csv or land a price sheet; see fct_unpriced_usage.
with priced_usage as (
    select * from {{ ref('int_token_usage_priced') }}
    where
        meter <> 'requests'
        -- what capacity or seats pay for needs no price
        and not is_flat_rate
        -- what a cloud's bill states has its cost there, priced by a list or not
        and usage_source not in ('aws.cur', 'azure.actual_costs', 'gcp.billing_export')
),

self_hosted_providers as (
    select * from {{ ref('self_hosted_providers') }}
),

-- models on machines of one's own have no price: their cost is the bill of the machines
usage as (
    select priced_usage.*
    from priced_usage
    left join self_hosted_providers
        on priced_usage.provider_id = self_hosted_providers.provider_id
    where self_hosted_providers.provider_id is null
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
