-- One row per provider × model name as logs and bills spell it, with the catalog model it stands for.
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

spelled as (
    select
        provider_id,
        model_name,
        lower(model_name) as name,
        -- dated snapshots cost what their model costs, unless the catalog lists them as their own
        regexp_replace(
            regexp_replace(lower(model_name), '^.*/', ''),
            '([-@][0-9]{8}|-[0-9]{4}-[0-9]{2}-[0-9]{2}|-latest)$',
            ''
        ) as undated_name
    from names
)

select
    spelled.provider_id,
    spelled.model_name,
    coalesce(exact.model_id, aliases.model_id, undated.model_id) as model_id,
    coalesce(exact.model_id, aliases.model_id, undated.model_id, spelled.name) as model_key
from spelled
left join models as exact
    on spelled.provider_id = exact.provider_id and spelled.name = exact.model_id
left join aliases
    on spelled.provider_id = aliases.provider_id and spelled.name = aliases.alias
left join models as undated
    on spelled.provider_id = undated.provider_id and spelled.undated_name = undated.model_id
