-- One row per price key in use (model × meter × tier × context band × region × moment): its price.
-- Keys without a price are not in here: unknown stays unknown.
with usage as (
    select * from {{ ref('int_token_usage_daily') }}
),

model_names as (
    select * from {{ ref('int_model_names') }}
),

meters as (
    select * from {{ ref('meters') }}
    where usage_shape = 'token_usage'
),

prices as (
    select * from {{ ref('dim_prices') }}
),

fx_rates as (
    select * from {{ ref('int_fx_rates') }}
),

price_keys as (
    select distinct
        usage.provider_id,
        model_names.model_key,
        usage.service_tier,
        usage.context_band_tokens,
        coalesce(usage.region_id, '') as region_id,
        usage.priced_at,
        usage.price_window_minute
    from usage
    inner join model_names
        on
            usage.provider_id = model_names.provider_id
            and usage.model_name = model_names.model_name
),

context_priced as (
    select distinct
        provider_id,
        model_id
    from prices
    where context_over_tokens > 0
),

applicable as (
    select
        price_keys.*,
        meters.meter,
        prices.price_id,
        prices.price_per_unit,
        prices.currency,
        context_priced.model_id is not null as has_context_prices
    from price_keys
    cross join meters
    inner join prices
        on
            price_keys.provider_id = prices.provider_id
            and price_keys.model_key = prices.model_id
            and prices.meter in (meters.meter, meters.priced_as)
            and price_keys.service_tier = prices.service_tier
            and price_keys.context_band_tokens >= prices.context_over_tokens
            and (prices.region_id is null or price_keys.region_id = prices.region_id)
            and price_keys.priced_at >= prices.valid_from
            and price_keys.priced_at < prices.valid_to
            and (
                prices.window_from_utc is null
                or {{ in_daily_window(
                    'price_keys.price_window_minute', 'prices.window_from_utc', 'prices.window_to_utc'
                ) }}
            )
    left join context_priced
        on
            price_keys.provider_id = context_priced.provider_id
            and price_keys.model_key = context_priced.model_id
    qualify row_number() over (
        partition by
            price_keys.provider_id, price_keys.model_key, price_keys.service_tier,
            price_keys.context_band_tokens, price_keys.region_id, price_keys.priced_at,
            price_keys.price_window_minute, meters.meter
        -- the most specific price wins: own meter, highest threshold passed, own region, own window
        order by
            case when prices.meter = meters.meter then 0 else 1 end,
            prices.context_over_tokens desc,
            case when prices.region_id is null then 1 else 0 end,
            case when prices.window_from_utc is null then 1 else 0 end,
            prices.price_id
    ) = 1
)

select
    applicable.provider_id,
    applicable.model_key,
    applicable.meter,
    applicable.service_tier,
    applicable.context_band_tokens,
    applicable.region_id,
    applicable.priced_at,
    applicable.price_window_minute,
    applicable.price_id,
    applicable.has_context_prices,
    cast(
        cast(applicable.price_per_unit as decimal(20, 15))
        * cast(fx_rates.usd_per_unit as decimal(15, 12))
        as decimal(20, 15)
    ) as price_per_unit_usd
from applicable
left join fx_rates
    on
        applicable.currency = fx_rates.currency
        and cast(applicable.priced_at as date) >= fx_rates.valid_from
        and cast(applicable.priced_at as date) < fx_rates.valid_to
