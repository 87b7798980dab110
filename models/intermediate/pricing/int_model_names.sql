-- One row per provider × model name as logs and bills spell it, with the catalog model it means.
with names as (
    select distinct
        provider_id,
        model_name
    from {{ ref('int_token_usage_daily') }}
    where model_name is not null
    union distinct
    select distinct
        provider_id,
        model_name
    from {{ ref('int_charges') }}
    where model_name is not null
),

models as (
    select
        provider_id,
        lower(model_id) as model_id
    from {{ ref('models') }}
    union distinct
    -- a company may name and price models that no catalog knows
    select distinct
        provider_id,
        model_id
    from {{ ref('dim_prices') }}
),

aliases as (
    select
        provider_id,
        lower(alias) as alias,
        lower(model_id) as model_id
    from {{ ref('model_aliases') }}
),

unprefixed as (
    select
        provider_id,
        model_name,
        lower(model_name) as name,
        regexp_replace(lower(model_name), '^.*/', '') as unprefixed_name
    from names
),

-- how a catalog may spell the name: as it is, without a route before it, and without its date.
-- Dated snapshots cost what their model costs, unless the catalog lists the snapshot itself.
spellings as (
    select
        provider_id,
        model_name,
        1 as spelling_rank,
        name as spelling
    from unprefixed
    union all
    select
        provider_id,
        model_name,
        2 as spelling_rank,
        unprefixed_name as spelling
    from unprefixed
    union all
    select
        provider_id,
        model_name,
        3 as spelling_rank,
        {{ undated_model_name('unprefixed_name') }} as spelling
    from unprefixed
),

found as (
    select
        spellings.provider_id,
        spellings.model_name,
        -- bills name neither snapshot nor geography: an alias outranks a catalog that does
        coalesce(aliases.model_id, models.model_id) as model_id
    from spellings
    left join models
        on spellings.provider_id = models.provider_id and spellings.spelling = models.model_id
    left join aliases
        on spellings.provider_id = aliases.provider_id and spellings.spelling = aliases.alias
    where coalesce(models.model_id, aliases.model_id) is not null
    qualify row_number() over (
        partition by spellings.provider_id, spellings.model_name
        order by spellings.spelling_rank
    ) = 1
)

select
    names.provider_id,
    names.model_name,
    found.model_id,
    coalesce(found.model_id, lower(names.model_name)) as model_key
from names
left join found
    on names.provider_id = found.provider_id and names.model_name = found.model_name
