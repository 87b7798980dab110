-- One row per price key × start of validity: what the company pays, over any list price.
with source as (
    select * from {{ source('standard', 'price_sheet') }}
),

latest_rows as (
    {{ latest_per_key('source', [
        'lower(provider_id)', 'lower(model_id)', 'meter',
        "coalesce(lower(service_tier), 'standard')", 'coalesce(context_over_tokens, 0)',
        'lower(region_id)', 'meter_variant', 'window_from_utc', 'window_to_utc', 'window_weekdays',
        'valid_from',
    ], ['_landed_at', '_delivery_id', '_row_number']) }}
),

renamed as (
    select
        lower(provider_id) as provider_id,
        model_id,
        meter,
        coalesce(lower(service_tier), 'standard') as service_tier,
        coalesce(context_over_tokens, 0) as context_over_tokens,
        coalesce(lower(context_rule), 'whole_request') as context_rule,
        lower(region_id) as region_id,
        meter_variant,
        window_from_utc,
        window_to_utc,
        window_weekdays,
        cast(price as decimal(38, 12)) as price,
        price_quantity,
        unit,
        upper(currency) as currency,
        valid_from,
        valid_to,
        source_note
    from latest_rows
)

select * from renamed
