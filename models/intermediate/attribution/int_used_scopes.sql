-- One row per day × scope × workload × customer of machines, storage or network: use, each once.
-- A use drives the best scope that is billed at all; use that no bill knows is left out.
{%- set scopes = [
    ('resource', 'resource_id', 'meter_kind'), ('resource', 'resource_id', none),
    ('account', 'known_account_id', 'meter_kind'), ('account', 'known_account_id', none),
] %}
with resource_usage as (
    select * from {{ ref('int_resource_usage') }}
    where quantity > 0
),

billed_scopes as (
    select distinct
        provider_id,
        meter,
        scope_key
    from {{ ref('int_billed_scopes') }}
),

-- use that names no account is the only billed account's, if there is only one
only_accounts as (
    select
        provider_id,
        meter,
        min(billing_account_id) as only_account_id
    from {{ ref('int_billed_scopes') }}
    group by provider_id, meter
    having min(billing_account_id) = max(billing_account_id)
),

used as (
    select
        resource_usage.*,
        coalesce(resource_usage.account_id, only_accounts.only_account_id) as known_account_id
    from resource_usage
    left join only_accounts
        on
            resource_usage.provider_id = only_accounts.provider_id
            and resource_usage.meter = only_accounts.meter
),

keys as (
    select distinct
        provider_id,
        meter,
        resource_id,
        meter_kind,
        known_account_id
    from used
),

candidates as (
    {% for scope_kind, column, kind_column in scopes -%}
        {{ 'union all' if not loop.first }}
        select
            keys.*,
            {{ loop.index }} as scope_rank,
            {{ hash_key(["'" ~ scope_kind ~ "'", column, kind_column or 'null']) }} as scope_key
        from keys
        where {{ column }} is not null{{ ' and ' ~ kind_column ~ ' is not null' if kind_column }}
    {% endfor %}
),

best as (
    select candidates.*
    from candidates
    inner join billed_scopes
        on
            candidates.provider_id = billed_scopes.provider_id
            and candidates.meter = billed_scopes.meter
            and candidates.scope_key = billed_scopes.scope_key
    qualify row_number() over (
        partition by
            candidates.provider_id, candidates.meter, candidates.resource_id, candidates.meter_kind,
            candidates.known_account_id
        order by candidates.scope_rank
    ) = 1
)

select
    used.usage_date,
    used.provider_id,
    used.meter,
    best.scope_key,
    used.workload_id,
    used.customer_id,
    cast(sum(used.quantity) as decimal(38, 12)) as quantity
from used
inner join best
    on
        used.provider_id = best.provider_id
        and used.meter = best.meter
        and coalesce(used.resource_id, '') = coalesce(best.resource_id, '')
        and coalesce(used.meter_kind, '') = coalesce(best.meter_kind, '')
        and coalesce(used.known_account_id, '') = coalesce(best.known_account_id, '')
group by
    used.usage_date, used.provider_id, used.meter, best.scope_key, used.workload_id,
    used.customer_id
