-- One row per resource × kind × account that use names: the best scope that is billed, and the bill's
-- names for it. Use that no bill knows has no scope and no names.
{%- set scopes = [
    ('resource', 'resource_id', 'meter_kind'), ('resource', 'resource_id', none),
    ('account', 'known_account_id', 'meter_kind'), ('account', 'known_account_id', none),
] %}
{%- set names = [
    'billing_account_id', 'sub_account_id', 'meter_kind', 'storage_class', 'from_region_id',
    'to_region_id', 'workload_id',
] %}
with resource_usage as (
    select * from {{ ref('int_resource_usage') }}
    where quantity > 0
),

billed_scopes as (
    select * from {{ ref('int_billed_scopes') }}
),

pools as (
    select *
    from {{ ref('int_cost_pools') }}
    where
        bill_meter in ('gpu_seconds', 'byte_hours', 'transferred_bytes')
        and corrects_month_start_date is null
),

-- what the bill calls the lines of a scope, where it has one name for all of them
scope_names as (
    select
        {%- for column in names %}
            {{ only_value('pools.' ~ column) }} as {{ column }},
        {%- endfor %}
        billed_scopes.provider_id,
        billed_scopes.meter,
        billed_scopes.scope_key
    from billed_scopes
    inner join pools
        on billed_scopes.driver_key_id = pools.driver_key_id
    group by billed_scopes.provider_id, billed_scopes.meter, billed_scopes.scope_key
),

-- storage and network of an owner are in no scope: nothing of them is spread by use
resource_names as (
    select
        {%- for column in names %}
            {{ only_value(column) }} as {{ column }},
        {%- endfor %}
        provider_id,
        bill_meter as meter,
        resource_id
    from pools
    where resource_id is not null
    group by provider_id, bill_meter, resource_id
),

-- use that names no account is the only billed account's, if there is only one
only_accounts as (
    select
        provider_id,
        meter,
        min(billing_account_id) as only_account_id
    from billed_scopes
    group by provider_id, meter
    having min(billing_account_id) = max(billing_account_id)
),

keys as (
    select distinct
        resource_usage.provider_id,
        resource_usage.meter,
        resource_usage.resource_id,
        resource_usage.meter_kind,
        resource_usage.account_id,
        -- what the bill names itself is no part of the rest of its account
        case
            when resource_names.resource_id is null
                then coalesce(resource_usage.account_id, only_accounts.only_account_id)
        end as known_account_id
    from resource_usage
    left join only_accounts
        on
            resource_usage.provider_id = only_accounts.provider_id
            and resource_usage.meter = only_accounts.meter
    left join resource_names
        on
            resource_usage.provider_id = resource_names.provider_id
            and resource_usage.meter = resource_names.meter
            and resource_usage.resource_id = resource_names.resource_id
),

identified as (
    select
        {{ hash_key(['provider_id', 'meter', 'resource_id', 'meter_kind', 'account_id']) }}
            as use_key_id,
        *
    from keys
),

candidates as (
    {% for scope_kind, column, kind_column in scopes -%}
    {{ 'union all' if not loop.first }}
    select
        use_key_id,
        provider_id,
        meter,
        {{ loop.index }} as scope_rank,
        {{ hash_key(["'" ~ scope_kind ~ "'", column, kind_column or 'null']) }} as scope_key
    from identified
    where {{ column }} is not null{{ ' and ' ~ kind_column ~ ' is not null' if kind_column }}
    {% endfor %}
),

best as (
    select
        scope_names.*,
        candidates.use_key_id
    from candidates
    inner join scope_names
        on
            candidates.provider_id = scope_names.provider_id
            and candidates.meter = scope_names.meter
            and candidates.scope_key = scope_names.scope_key
    qualify row_number() over (
        partition by candidates.use_key_id
        order by candidates.scope_rank
    ) = 1
)

select
    identified.use_key_id,
    identified.provider_id,
    identified.meter,
    identified.resource_id,
    best.scope_key,
    resource_names.resource_id is not null as is_resource_billed,
    {%- for column in names[1:] %}
        coalesce(resource_names.{{ column }}, best.{{ column }}) as {{ column }},
    {%- endfor %}
    coalesce(resource_names.billing_account_id, best.billing_account_id) as billing_account_id
from identified
left join best
    on identified.use_key_id = best.use_key_id
left join resource_names
    on
        identified.provider_id = resource_names.provider_id
        and identified.meter = resource_names.meter
        and identified.resource_id = resource_names.resource_id
