-- One row per curated list price × region with a price of its own.
-- A region's factor on the list price moves with it, to the day; catalogs note such prices later.
{%- set columns = [
    'provider_id', 'model_id', 'meter', 'service_tier', 'context_over_tokens', 'context_rule',
    'meter_variant', 'window_from_utc', 'window_to_utc', 'window_weekdays', 'price_quantity', 'unit',
    'currency', 'valid_from', 'valid_to',
] %}
with prices as (
    select * from {{ ref('prices') }}
),

regional_uplifts as (
    select * from {{ ref('regional_uplifts') }}
),

own_regional_prices as (
    select distinct
        provider_id,
        model_id,
        region_id
    from prices
    where region_id is not null
),

uplifted as (
    select
        {% for column in columns %}
            prices.{{ column }},
        {% endfor %}
        regional_uplifts.region_id,
        cast(
            cast(prices.price as decimal(20, 12))
            * cast(regional_uplifts.multiplier as decimal(6, 4))
            as decimal(20, 12)
        ) as price,
        regional_uplifts.source_url,
        'medium' as confidence
    from prices
    inner join regional_uplifts
        on
            prices.provider_id = regional_uplifts.provider_id
            and prices.model_id = regional_uplifts.model_id
    left join own_regional_prices
        on
            prices.provider_id = own_regional_prices.provider_id
            and prices.model_id = own_regional_prices.model_id
            and regional_uplifts.region_id = own_regional_prices.region_id
    where
        prices.region_id is null
        and coalesce(prices.unit, 'tokens') = 'tokens'
        and own_regional_prices.region_id is null
)

select
    {% for column in columns %}
        {{ column }},
    {% endfor %}
    region_id,
    cast(price as decimal(20, 12)) as price,
    source_url,
    confidence
from prices

union all

select
    {% for column in columns %}
        {{ column }},
    {% endfor %}
    region_id,
    price,
    source_url,
    confidence
from uplifted
