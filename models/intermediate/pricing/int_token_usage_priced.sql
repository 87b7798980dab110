-- One row per row of int_token_usage_daily × meter with a quantity: owner, model, price and cost.
-- Not additive across usage_kind, nor are quantities across meters of different units.
with usage as (
    select * from {{ ref('int_token_usage_daily') }}
),

model_names as (
    select * from {{ ref('int_model_names') }}
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

attributed as (
    select
        usage.*,
        model_names.model_id,
        coalesce(model_names.model_key, 'unknown') as model_key,
        workload_matches.workload_id
    from usage
    left join model_names
        on
            usage.provider_id = model_names.provider_id
            and usage.model_name = model_names.model_name
    left join workload_matches
        on
            {{ hash_key([
                'usage.provider_id', 'usage.account_id', 'usage.project_id', 'usage.credential_id',
                'usage.team_id', 'usage.tags', 'null', 'model_names.model_key',
            ]) }} = workload_matches.attributes_id
),

metered as (
    select
        attributed.*,
        meters.meter,
        meters.is_free_unless_priced,
        case meters.meter
            {%- for meter in token_meters() %}
                when '{{ meter }}' then {{ meter }}_tokens
            {%- endfor %}
            {%- for meter in ['requests'] + other_usage_meters() %}
                when '{{ meter }}' then {{ meter }}
            {%- endfor %}
        end as quantity
    from attributed
    cross join meters
)

select
    metered.usage_date,
    metered.priced_at,
    metered.usage_source,
    metered.usage_kind,
    metered.provider_id,
    metered.account_id,
    metered.project_id,
    metered.credential_id,
    metered.model_id,
    metered.model_key,
    metered.service_tier,
    metered.region_id,
    metered.context_band_tokens,
    metered.price_window_minute,
    metered.request_status,
    metered.customer_id,
    metered.workload_id,
    metered.meter,
    metered.quantity,
    prices.price_id,
    case
        when prices.price_per_unit_usd is null and metered.is_free_unless_priced
            then cast(0 as decimal(20, 15))
        else prices.price_per_unit_usd
    end as price_per_unit_usd,
    case
        when prices.price_per_unit_usd is null and metered.is_free_unless_priced
            then cast(0 as decimal(38, 12))
        else {{ priced('metered.quantity', 'prices.price_per_unit_usd') }}
    end as computed_cost_usd,
    not metered.spans_price_change
    and (metered.is_context_known or not coalesce(prices.has_context_prices, false)) as is_exact
from metered
left join prices
    on
        metered.provider_id = prices.provider_id
        and metered.model_key = prices.model_key
        and metered.meter = prices.meter
        and metered.service_tier = prices.service_tier
        and metered.context_band_tokens = prices.context_band_tokens
        and coalesce(metered.region_id, '') = prices.region_id
        and metered.priced_at = prices.priced_at
        and metered.price_window_minute = prices.price_window_minute
where metered.quantity > 0
