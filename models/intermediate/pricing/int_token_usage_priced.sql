-- One row per row of int_token_usage_named × meter with a quantity: owner, model, price and cost.
-- Not additive across usage_kind, nor are quantities across meters of different units.
with usage as (
    select * from {{ ref('int_token_usage_named') }}
),

workload_matches as (
    select * from {{ ref('int_workload_matches') }}
),

meters as (
    select * from {{ ref('meters') }}
    where usage_shape = 'token_usage'
),

prices as (
    select * from {{ ref('int_usage_prices') }}
),

free_quota_days as (
    select * from {{ ref('int_free_quota_days') }}
),

attributed as (
    select
        usage.*,
        workload_matches.workload_id
    from usage
    left join workload_matches
        on
            {{ hash_key([
                'usage.provider_id', 'usage.account_id', 'usage.project_id', 'usage.credential_id',
                'usage.team_id', 'usage.tags', 'null', 'usage.model_key',
            ]) }} = workload_matches.attributes_id
),

metered as (
    select
        attributed.*,
        meters.meter,
        meters.is_free_unless_priced,
        {{ meter_quantity('meters.meter') }} as quantity
    from attributed
    cross join meters
),

priced as (
    select
        metered.*,
        prices.price_id,
        case
            when prices.price_per_unit_usd is null and metered.is_free_unless_priced
                then cast(0 as decimal(20, 15))
            else prices.price_per_unit_usd
        end as price_per_unit_usd,
        prices.whole_prompt_cost_usd,
        not metered.spans_price_change
        and metered.usage_doubt is null
        and coalesce(prices.is_exact_price, true)
        and (metered.is_context_known or not coalesce(prices.has_context_prices, false))
            as is_exact
    from metered
    left join prices
        on
            metered.provider_id = prices.provider_id
            and metered.model_key = prices.model_key
            and metered.meter = prices.meter
            and metered.priced_tier = prices.priced_tier
            and metered.context_band_tokens = prices.context_band_tokens
            and coalesce(metered.marginal_prompt_tokens, 0) = prices.marginal_prompt_tokens
            and coalesce(metered.served_region_id, '') = prices.region_id
            and coalesce(lower(metered.meter_variant), '') = prices.meter_variant
            and metered.priced_at = prices.priced_at
            and metered.price_window_minute = prices.price_window_minute
    where metered.quantity > 0
),

costed as (
    select
        priced.*,
        free_quota_days.day_quantity as quota_day_quantity,
        free_quota_days.day_quantity - free_quota_days.free_day_quantity
            as quota_charged_quantity,
        case
            -- the request's prompt at marginal prices, of which this meter is a part
            when priced.whole_prompt_cost_usd is not null
                then {{ from_picos(whole_share(
                    to_picos('priced.whole_prompt_cost_usd'), 'priced.quantity',
                    'priced.marginal_prompt_tokens'
                )) }}
            else {{ priced('priced.quantity', 'priced.price_per_unit_usd') }}
        end as full_cost_usd
    from priced
    left join free_quota_days
        on
            priced.usage_date = free_quota_days.usage_date
            and priced.usage_kind = free_quota_days.usage_kind
            and priced.provider_id = free_quota_days.provider_id
            and coalesce(priced.account_id, '') = free_quota_days.account_id
            and priced.model_key = free_quota_days.model_key
            and priced.meter = free_quota_days.meter
            and not priced.is_flat_rate
),

charged as (
    select
        costed.*,
        case
            when quota_day_quantity is null then full_cost_usd
            else {{ from_picos(whole_share(
                to_picos('full_cost_usd'), 'quota_charged_quantity', 'quota_day_quantity'
            )) }}
        end as notional_cost_usd
    from costed
)

select
    usage_date,
    priced_at,
    usage_source,
    usage_kind,
    provider_id,
    account_id,
    project_id,
    credential_id,
    model_id,
    model_key,
    served_tier as service_tier,
    served_region_id as region_id,
    meter_variant,
    context_band_tokens,
    price_window_minute,
    request_status,
    customer_id,
    workload_id,
    meter,
    quantity,
    price_id,
    price_per_unit_usd,
    is_flat_rate,
    {{ paid_per_token('notional_cost_usd') }} as computed_cost_usd,
    notional_cost_usd,
    is_exact
from charged
{{ in_order_of('usage_date') }}
