-- One row per currency × validity: USD for one unit of the currency. Validities do not overlap.
with landed_rates as (
    select * from {{ ref('stg_standard__fx_rates') }}
),

stated_rates as (
    select * from {{ ref('fx_rates') }}
),

rates as (
    select
        currency,
        usd_per_unit,
        valid_from,
        valid_to,
        1 as source_rank
    from landed_rates
    union all
    select
        upper(currency) as currency,
        usd_per_unit,
        valid_from,
        valid_to,
        2 as source_rank
    from stated_rates
),

known as (
    select *
    from rates
    where currency <> 'USD'
    qualify row_number() over (partition by currency, valid_from order by source_rank) = 1
),

bounded as (
    select
        currency,
        usd_per_unit,
        valid_from,
        -- a newer rate ends an older one, whatever end the older one was given
        least(
            coalesce(valid_to, cast('9999-12-31' as date)),
            coalesce(
                lead(valid_from) over (partition by currency order by valid_from),
                cast('9999-12-31' as date)
            )
        ) as valid_to
    from known
)

select
    currency,
    cast(usd_per_unit as decimal(15, 12)) as usd_per_unit,
    valid_from,
    valid_to
from bounded

union all

select
    'USD' as currency,
    cast(1 as decimal(15, 12)) as usd_per_unit,
    cast('1970-01-01' as date) as valid_from,
    cast('9999-12-31' as date) as valid_to
