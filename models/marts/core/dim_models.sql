-- One row per provider × model, from the catalog and from whatever was used or billed.
with catalog as (
    select * from {{ ref('models') }}
),

prices as (
    select * from {{ ref('dim_prices') }}
),

model_names as (
    select * from {{ ref('int_model_names') }}
),

known as (
    select
        provider_id,
        lower(model_id) as model_id
    from catalog
    union distinct
    select
        provider_id,
        model_id
    from prices
    union distinct
    select
        provider_id,
        model_key as model_id
    from model_names
),

priced as (
    select distinct
        provider_id,
        model_id
    from prices
),

used as (
    select distinct
        provider_id,
        model_key as model_id
    from model_names
)

select
    {{ hash_key(['known.provider_id', 'known.model_id']) }} as provider_model_id,
    known.provider_id,
    known.model_id,
    catalog.model_family,
    catalog.model_developer,
    cast(catalog.context_window_tokens as bigint) as context_window_tokens,
    cast(catalog.released_on as date) as released_date,
    cast(catalog.retired_on as date) as retired_date,
    catalog.model_id is not null as is_in_catalog,
    priced.model_id is not null as is_priced,
    used.model_id is not null as is_used
from known
left join catalog
    on known.provider_id = catalog.provider_id and known.model_id = lower(catalog.model_id)
left join priced
    on known.provider_id = priced.provider_id and known.model_id = priced.model_id
left join used
    on known.provider_id = used.provider_id and known.model_id = used.model_id
