-- One row per price key × validity: what one unit of a meter of a model costs, and who says so.
-- Validities of one key do not overlap; a negotiated price replaces a list price while it is valid.
{%- set price_key = [
    'provider_id', 'model_id', 'meter', 'service_tier', 'context_over_tokens', 'region_id',
    'meter_variant', 'window_from_utc', 'window_to_utc', 'window_weekdays',
] %}
{%- set quoted = [
    'context_rule', 'price', 'price_quantity', 'valid_from', 'valid_to',
] %}
with price_sheet as (
    select * from {{ ref('stg_standard__price_sheet') }}
),

curated as (
    select * from {{ ref('int_list_prices') }}
),

catalogs as (
    select * from {{ ref('catalog_prices') }}
),

meters as (
    select * from {{ ref('meters') }}
),

models as (
    select * from {{ ref('models') }}
),

aliases as (
    select * from {{ ref('model_aliases') }}
),

-- a sheet may name a snapshot or an alias, as a contract does: it prices the model that is meant,
-- or else the rest of that model's prices would be lost to it
named_sheet as (
    select
        price_sheet.*,
        {{ current_tier_name('price_sheet.provider_id', 'price_sheet.service_tier') }}
            as priced_tier,
        coalesce(
            exact.model_id, aliases.model_id, undated.model_id, price_sheet.model_id
        ) as meant_model_id
    from price_sheet
    left join models as exact
        on
            price_sheet.provider_id = exact.provider_id
            and lower(price_sheet.model_id) = lower(exact.model_id)
    left join aliases
        on
            price_sheet.provider_id = aliases.provider_id
            and lower(price_sheet.model_id) = lower(aliases.alias)
            -- a name that was redirected one day is a model of its own besides
            and aliases.valid_from is null
            and aliases.valid_to is null
    left join models as undated
        on
            price_sheet.provider_id = undated.provider_id
            and {{ undated_model_name('price_sheet.model_id') }} = lower(undated.model_id)
),

layers as (
    select
        1 as price_layer,
        'negotiated' as price_source,
        provider_id,
        meant_model_id as model_id,
        meter,
        priced_tier as service_tier,
        {{ (price_key[4:] + quoted) | join(',\n        ') }},
        unit,
        currency,
        source_note as source_url,
        'high' as confidence
    from named_sheet
    union all
    select
        2 as price_layer,
        'curated' as price_source,
        {{ (price_key + quoted) | join(',\n        ') }},
        unit,
        currency,
        source_url,
        confidence
    from curated
    union all
    -- the catalog that dates its changes stands above the one that does not
    select
        case catalogs.catalog when 'genai-prices' then 3 else 4 end as price_layer,
        catalogs.catalog as price_source,
        {% for column in price_key + quoted %}
            catalogs.{{ column }},
        {% endfor %}
        meters.unit,
        'USD' as currency,
        concat(catalogs.catalog, ' ', catalogs.catalog_version) as source_url,
        -- what a catalog no longer lists may have been withdrawn, or may still be charged
        case when catalogs.dropped_on is null then 'medium' else 'low' end as confidence
    from catalogs
    left join meters
        on catalogs.meter = meters.meter
),

keyed as (
    select
        price_layer,
        price_source,
        provider_id,
        lower(model_id) as model_id,
        meter,
        coalesce(service_tier, 'standard') as service_tier,
        cast(coalesce(context_over_tokens, 0) as bigint) as context_over_tokens,
        coalesce(context_rule, 'whole_request') as context_rule,
        region_id,
        lower(meter_variant) as meter_variant,
        window_from_utc,
        window_to_utc,
        window_weekdays,
        cast(price as decimal(20, 12)) as price,
        cast(price_quantity as bigint) as price_quantity,
        coalesce(unit, 'tokens') as unit,
        upper(currency) as currency,
        cast(valid_from as timestamp) as valid_from,
        coalesce(cast(valid_to as timestamp), cast('9999-12-31 00:00:00' as timestamp)) as valid_to,
        source_url,
        confidence,
        {{ hash_key([
            'provider_id', 'lower(model_id)', 'meter', "coalesce(service_tier, 'standard')",
            'coalesce(context_over_tokens, 0)', 'region_id', 'lower(meter_variant)',
            'window_from_utc', 'window_to_utc', 'window_weekdays',
        ]) }} as price_key_id
    from layers
),

-- every moment at which the price of a key may change
changes as (
    select
        price_key_id,
        valid_from as changed_at
    from keyed
    union distinct
    select
        price_key_id,
        valid_to as changed_at
    from keyed
),

spans as (
    select
        price_key_id,
        changed_at as span_from,
        lead(changed_at) over (partition by price_key_id order by changed_at) as span_to
    from changes
),

winners as (
    select
        keyed.*,
        spans.span_from,
        spans.span_to
    from spans
    inner join keyed
        on
            spans.price_key_id = keyed.price_key_id
            and spans.span_from >= keyed.valid_from
            and spans.span_from < keyed.valid_to
    where spans.span_to is not null
    qualify row_number() over (
        partition by spans.price_key_id, spans.span_from
        order by keyed.price_layer, keyed.valid_from desc
    ) = 1
),

-- a change of a price that does not count is none: the winner goes on
marked as (
    select
        winners.*,
        coalesce(
            lag(span_to) over (partition by price_key_id order by span_from) = span_from
            and lag(price_layer) over (partition by price_key_id order by span_from) = price_layer
            and lag(valid_from) over (partition by price_key_id order by span_from) = valid_from,
            false
        ) as goes_on
    from winners
),

numbered as (
    select
        *,
        sum(case when goes_on then 0 else 1 end) over (
            partition by price_key_id order by span_from
            rows between unbounded preceding and current row
        ) as run_number
    from marked
),

followed as (
    select
        *,
        max(span_to) over (partition by price_key_id, run_number) as run_to
    from numbered
),

priced as (
    select
        followed.*,
        -- exact: decimal division is a double on DuckDB and cuts the scale on Spark
        cast(
            price * case price_quantity
                when 1 then cast(1 as decimal(10, 9))
                when 1000 then cast(0.001 as decimal(10, 9))
                when 1000000 then cast(0.000001 as decimal(10, 9))
            end
            as decimal(20, 15)
        ) as price_per_unit
    from followed
    where not goes_on
)

select
    {{ hash_key(['price_key_id', 'span_from']) }} as price_id,
    provider_id,
    model_id,
    meter,
    service_tier,
    context_over_tokens,
    context_rule,
    region_id,
    meter_variant,
    window_from_utc,
    window_to_utc,
    window_weekdays,
    price_per_unit,
    price,
    price_quantity,
    unit,
    currency,
    span_from as valid_from,
    run_to as valid_to,
    price_layer,
    price_source,
    source_url,
    confidence
from priced
