-- One row per price key in use (model × meter × tier × context band × region × moment): its price.
-- Keys without a price are not in here: unknown stays unknown.
{%- set price_key = [
    'provider_id', 'model_key', 'priced_tier', 'context_band_tokens', 'marginal_prompt_tokens',
    'region_id', 'meter_variant', 'priced_at', 'price_window_minute',
] %}
with usage as (
    select * from {{ ref('int_token_usage_named') }}
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
        provider_id,
        model_key,
        priced_tier,
        context_band_tokens,
        coalesce(marginal_prompt_tokens, 0) as marginal_prompt_tokens,
        coalesce(served_region_id, '') as region_id,
        coalesce(lower(meter_variant), '') as meter_variant,
        priced_at,
        price_window_minute
    from usage
),

context_priced as (
    select distinct
        provider_id,
        model_id
    from prices
    where context_over_tokens > 0
),

region_priced as (
    select distinct
        provider_id,
        model_id,
        meter,
        region_id
    from prices
    where region_id is not null
),

applicable as (
    select
        price_keys.*,
        meters.meter,
        prices.price_id,
        prices.price_per_unit,
        prices.currency,
        prices.context_over_tokens,
        prices.context_rule,
        (prices.meter = meters.meter or meters.is_priced_as_exact)
        -- the list price of everywhere else, on a day before anyone noted that of the region
        and (
            prices.region_id is not null
            or prices.price_layer = 1
            or region_priced.region_id is null
        ) as is_exact_price,
        -- the most specific price of the highest layer; a modality's own price before its fallback,
        -- and what any list says of the region before what the best list says of everywhere
        rank() over (
            partition by {{ 'price_keys.' ~ price_key | join(', price_keys.') }}, meters.meter
            order by
                case when prices.meter = meters.meter then 0 else 1 end,
                case
                    when prices.price_layer = 1 then 0
                    when prices.region_id is not null then 1
                    else 2
                end,
                prices.price_layer,
                case when prices.meter_variant is null then 1 else 0 end,
                case when prices.region_id is null then 1 else 0 end,
                case when prices.window_from_utc is null then 1 else 0 end,
                case when prices.window_weekdays is null then 1 else 0 end,
                prices.window_from_utc,
                prices.window_to_utc
        ) as specificity_rank
    from price_keys
    cross join meters
    inner join prices
        on
            price_keys.provider_id = prices.provider_id
            and price_keys.model_key = prices.model_id
            and prices.meter in (meters.meter, meters.priced_as)
            and price_keys.priced_tier = prices.service_tier
            and price_keys.context_band_tokens >= prices.context_over_tokens
            and (prices.region_id is null or price_keys.region_id = prices.region_id)
            and (prices.meter_variant is null or price_keys.meter_variant = prices.meter_variant)
            and price_keys.priced_at >= prices.valid_from
            and price_keys.priced_at < prices.valid_to
            and (
                prices.window_from_utc is null
                or {{ in_daily_window(
                    'price_keys.price_window_minute', 'prices.window_from_utc', 'prices.window_to_utc'
                ) }}
            )
            and (
                prices.window_weekdays is null
                or prices.window_weekdays
                like concat('%', {{ iso_weekday('price_keys.priced_at') }}, '%')
            )
    left join region_priced
        on
            price_keys.provider_id = region_priced.provider_id
            and price_keys.model_key = region_priced.model_id
            and price_keys.region_id = region_priced.region_id
            and prices.meter = region_priced.meter
),

-- of the most specific prices, one per threshold that the request passes
stepped as (
    select
        *,
        lead(context_over_tokens) over (
            partition by {{ price_key | join(', ') }}, meter order by context_over_tokens
        ) as next_over_tokens,
        max(context_over_tokens) over (
            partition by {{ price_key | join(', ') }}, meter
        ) as highest_over_tokens
    from applicable
    where specificity_rank = 1
),

in_usd as (
    select
        stepped.*,
        cast(
            cast(stepped.price_per_unit as decimal(20, 15))
            * cast(fx_rates.usd_per_unit as decimal(15, 12))
            as decimal(20, 15)
        ) as price_per_unit_usd
    from stepped
    left join fx_rates
        on
            stepped.currency = fx_rates.currency
            and cast(stepped.priced_at as date) >= fx_rates.valid_from
            and cast(stepped.priced_at as date) < fx_rates.valid_to
),

-- what one whole request costs at marginal prices if all of it were of this meter
requests_by_steps as (
    select
        {{ price_key | join(',\n        ') }},
        meter,
        case
            when count(price_per_unit_usd) = count(*)
                then cast(
                    sum({{ priced(
                        'least(marginal_prompt_tokens, '
                        ~ 'coalesce(next_over_tokens, marginal_prompt_tokens)) - context_over_tokens',
                        'price_per_unit_usd',
                    ) }}) as decimal(38, 12)
                )
        end as whole_prompt_cost_usd
    from in_usd
    where marginal_prompt_tokens > context_over_tokens
    group by {{ price_key | join(', ') }}, meter
)

select
    {% for column in price_key %}
        in_usd.{{ column }},
    {% endfor %}
    in_usd.meter,
    in_usd.price_id,
    in_usd.price_per_unit_usd,
    case when in_usd.context_rule = 'marginal' then requests_by_steps.whole_prompt_cost_usd end
        as whole_prompt_cost_usd,
    in_usd.is_exact_price,
    context_priced.model_id is not null as has_context_prices
from in_usd
left join requests_by_steps
    on
        {% for column in price_key %}
            in_usd.{{ column }} = requests_by_steps.{{ column }}
            and
        {% endfor %}
        in_usd.meter = requests_by_steps.meter
left join context_priced
    on
        in_usd.provider_id = context_priced.provider_id
        and in_usd.model_key = context_priced.model_id
where in_usd.context_over_tokens = in_usd.highest_over_tokens
