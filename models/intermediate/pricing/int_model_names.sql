-- One row per provider × model name as logs and bills spell it × validity: the model it means then.
-- Validities of one name follow each other without a gap; most names have a single one.
with names as (
    select * from {{ ref('int_seen_model_names') }}
),

prices as (
    select * from {{ ref('dim_prices') }}
),

models as (
    select * from {{ ref('models') }}
),

aliases as (
    select * from {{ ref('model_aliases') }}
),

deployments as (
    select * from {{ ref('model_deployments') }}
),

-- A company may name and price models that no list knows. What only a catalog of others lists comes
-- last: catalogs list every dated snapshot, which would hide the curated model behind it.
known_models as (
    select
        provider_id,
        model_id,
        min(name_rank) as name_rank
    from (
        select
            provider_id,
            lower(model_id) as model_id,
            1 as name_rank
        from models
        union all
        select
            provider_id,
            model_id,
            case when price_layer <= 2 then 1 else 2 end as name_rank
        from prices
    ) as listed
    group by provider_id, model_id
),

ranks as (
    select 1 as spelling_rank
    union all
    select 2 as spelling_rank
    union all
    select 3 as spelling_rank
    union all
    select 4 as spelling_rank
    union all
    select 5 as spelling_rank
    union all
    select 6 as spelling_rank
),

edges as (
    select true as is_start
    union all
    select false as is_start
),

unprefixed as (
    select
        provider_id,
        model_name,
        lower(model_name) as name,
        regexp_replace(lower(model_name), '^[^/]*/', '') as routed_name,
        regexp_replace(lower(model_name), '^.*/', '') as unprefixed_name
    from names
),

-- how a catalog may spell the name: as it is, without a route before it, without all routes, and
-- each of them without its date. A reseller's catalog has the vendor before the model
-- (openai/gpt-5-mini), before which a gateway may name the reseller.
-- Dated snapshots cost what their model costs, unless the catalog lists the snapshot itself.
spellings as (
    select
        unprefixed.provider_id,
        unprefixed.model_name,
        ranks.spelling_rank,
        case ranks.spelling_rank
            when 1 then unprefixed.name
            when 2 then unprefixed.routed_name
            when 3 then unprefixed.unprefixed_name
            when 4 then {{ undated_model_name('unprefixed.name') }}
            when 5 then {{ undated_model_name('unprefixed.routed_name') }}
            else {{ undated_model_name('unprefixed.unprefixed_name') }}
        end as spelling
    from unprefixed
    cross join ranks
),

-- what stands above the name itself: a company's deployment, and a slug that its provider redirects
candidates as (
    select
        spellings.provider_id,
        spellings.model_name,
        lower(deployments.model_id) as model_id,
        deployments.service_tier,
        deployments.region_id,
        deployments.valid_from,
        deployments.valid_to,
        0 as name_rank,
        spellings.spelling_rank
    from spellings
    inner join deployments
        on
            spellings.provider_id = deployments.provider_id
            and spellings.spelling = lower(deployments.deployment_name)
    where spellings.spelling_rank < 4
    union all
    select
        spellings.provider_id,
        spellings.model_name,
        known_models.model_id,
        cast(null as string) as service_tier,
        cast(null as string) as region_id,
        cast(null as timestamp) as valid_from,
        cast(null as timestamp) as valid_to,
        known_models.name_rank,
        spellings.spelling_rank * 2 + 1 as spelling_rank
    from spellings
    inner join known_models
        on
            spellings.provider_id = known_models.provider_id
            and spellings.spelling = known_models.model_id
    union all
    select
        spellings.provider_id,
        spellings.model_name,
        lower(aliases.model_id) as model_id,
        cast(null as string) as service_tier,
        cast(null as string) as region_id,
        aliases.valid_from,
        aliases.valid_to,
        case when aliases.valid_from is null then 1 else 0 end as name_rank,
        -- bills name neither snapshot nor geography: what an alias says outranks a list that does
        spellings.spelling_rank * 2 as spelling_rank
    from spellings
    inner join aliases
        on
            spellings.provider_id = aliases.provider_id
            and spellings.spelling = lower(aliases.alias)
),

bounded as (
    select
        provider_id,
        model_name,
        model_id,
        service_tier,
        region_id,
        coalesce(valid_from, cast('1970-01-01 00:00:00' as timestamp)) as valid_from,
        coalesce(valid_to, cast('9999-12-31 00:00:00' as timestamp)) as valid_to,
        name_rank,
        spelling_rank
    from candidates
),

changes as (
    select
        provider_id,
        model_name,
        cast('1970-01-01 00:00:00' as timestamp) as changed_at
    from names
    union distinct
    select
        bounded.provider_id,
        bounded.model_name,
        case when edges.is_start then bounded.valid_from else bounded.valid_to end as changed_at
    from bounded
    cross join edges
),

spans as (
    select
        provider_id,
        model_name,
        changed_at as valid_from,
        coalesce(
            lead(changed_at) over (partition by provider_id, model_name order by changed_at),
            cast('9999-12-31 00:00:00' as timestamp)
        ) as valid_to
    from changes
)

select
    spans.provider_id,
    spans.model_name,
    spans.valid_from,
    spans.valid_to,
    bounded.model_id,
    coalesce(bounded.model_id, lower(spans.model_name)) as model_key,
    bounded.service_tier as deployment_service_tier,
    bounded.region_id as deployment_region_id
from spans
left join bounded
    on
        -- a row of a log may name no provider
        coalesce(spans.provider_id, '') = coalesce(bounded.provider_id, '')
        and spans.model_name = bounded.model_name
        and spans.valid_from >= bounded.valid_from
        and spans.valid_from < bounded.valid_to
where spans.valid_from < cast('9999-12-31 00:00:00' as timestamp)
qualify row_number() over (
    partition by spans.provider_id, spans.model_name, spans.valid_from
    order by bounded.name_rank nulls last, bounded.spelling_rank, bounded.model_id
) = 1
