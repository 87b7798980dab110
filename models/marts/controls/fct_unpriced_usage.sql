-- One row per day × model × tier × meter × price moment of usage whose price nobody knows.
-- Not additive across usage_kind: a log and the provider's report describe the same tokens.
with priced_usage as (
    select * from {{ ref('int_token_usage_priced') }}
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
),

totals as (
    select
        usage_date,
        usage_kind,
        provider_id,
        cast(sum(quantity) as bigint) as provider_quantity
    from usage
    where meter <> 'requests'
    group by usage_date, usage_kind, provider_id
),

unpriced as (
    select
        usage_date,
        usage_kind,
        provider_id,
        model_key as model_id,
        service_tier,
        region_id,
        meter,
        model_id is null as is_unknown_model,
        cast(sum(quantity) as bigint) as unpriced_quantity
    from usage
    where
        price_per_unit_usd is null
        -- capacity or seats pay for it
        and not is_flat_rate
    group by
        usage_date, usage_kind, provider_id, model_key, service_tier, region_id, meter, model_id
)

select
    {{ hash_key([
        'unpriced.usage_date', 'unpriced.usage_kind', 'unpriced.provider_id', 'unpriced.model_id',
        'unpriced.service_tier', 'unpriced.region_id', 'unpriced.meter',
    ]) }} as unpriced_usage_id,
    unpriced.*,
    totals.provider_quantity,
    cast(unpriced.unpriced_quantity as double)
    / nullif(cast(totals.provider_quantity as double), 0) as unpriced_share,
    min(unpriced.usage_date) over (
        partition by unpriced.provider_id, unpriced.model_id, unpriced.service_tier, unpriced.meter
    ) as unpriced_since_date
from unpriced
inner join totals
    on
        unpriced.usage_date = totals.usage_date
        and unpriced.usage_kind = totals.usage_kind
        -- a log may not name the provider
        and coalesce(unpriced.provider_id, '') = coalesce(totals.provider_id, '')
