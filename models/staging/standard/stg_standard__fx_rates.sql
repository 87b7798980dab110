-- One row per currency × first day of validity: USD for one unit of the currency.
with source as (
    select * from {{ source('standard', 'fx_rates') }}
),

latest_rows as (
    {{ latest_per_key('source', ['upper(currency)', 'valid_from'], [
        '_landed_at', '_delivery_id', '_row_number',
    ]) }}
),

renamed as (
    select
        upper(currency) as currency,
        cast(usd_per_unit as decimal(38, 12)) as usd_per_unit,
        valid_from,
        valid_to,
        source_note
    from latest_rows
)

select * from renamed
