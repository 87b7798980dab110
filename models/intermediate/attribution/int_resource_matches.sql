-- One row per row of int_resource_usage with a quantity: what of the bill it is, by the bill's names.
-- A use belongs to the best scope that is billed at all; use that no bill knows has none.
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

-- what the bill calls the lines of a scope, where it has one name for all of them
scope_names as (
    select
        billed_scopes.provider_id,
        billed_scopes.meter,
        billed_scopes.scope_key,
        {%- for column in names %}
            case
                when
                    count(pools.{{ column }}) = count(*)
                    and min(pools.{{ column }}) = max(pools.{{ column }})
                    then min(pools.{{ column }})
            end as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from billed_scopes
    inner join pools
        on billed_scopes.driver_key_id = pools.driver_key_id
    group by billed_scopes.provider_id, billed_scopes.meter, billed_scopes.scope_key
),

-- storage and network of an owner are in no scope: nothing of them is spread by use
resource_names as (
    select
        provider_id,
        bill_meter as meter,
        resource_id,
        {%- for column in names %}
            case
                when
                    count({{ column }}) = count(*)
                    and min({{ column }}) = max({{ column }})
                    then min({{ column }})
            end as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from pools
    where resource_id is not null
    group by provider_id, bill_meter, resource_id
),

best as (
    select
        candidates.provider_id,
        candidates.meter,
        candidates.resource_id,
        candidates.meter_kind,
        candidates.known_account_id,
        scope_names.scope_key,
        {%- for column in names %}
            scope_names.{{ column }} as billed_{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from candidates
    inner join scope_names
        on
            candidates.provider_id = scope_names.provider_id
            and candidates.meter = scope_names.meter
            and candidates.scope_key = scope_names.scope_key
    qualify row_number() over (
        partition by
            candidates.provider_id, candidates.meter, candidates.resource_id, candidates.meter_kind,
            candidates.known_account_id
        order by candidates.scope_rank
    ) = 1
)

select
    used.usage_date,
    used.meter,
    used.provider_id,
    coalesce(resource_names.billing_account_id, best.billed_billing_account_id)
        as billing_account_id,
    case
        when resource_names.resource_id is not null then resource_names.sub_account_id
        when best.scope_key is not null then best.billed_sub_account_id
        else used.account_id
    end as sub_account_id,
    used.resource_id,
    resource_names.resource_id is not null as is_resource_billed,
    {%- for column in names[2:6] %}
        coalesce(resource_names.{{ column }}, best.billed_{{ column }}, used.{{ column }})
            as {{ column }},
    {%- endfor %}
    best.scope_key,
    used.workload_id as used_workload_id,
    coalesce(resource_names.workload_id, best.billed_workload_id, used.workload_id) as workload_id,
    used.customer_id,
    used.quantity,
    used.active_quantity,
    used.measured_quantity
from used
left join best
    on
        used.provider_id = best.provider_id
        and used.meter = best.meter
        and coalesce(used.resource_id, '') = coalesce(best.resource_id, '')
        and coalesce(used.meter_kind, '') = coalesce(best.meter_kind, '')
        and coalesce(used.known_account_id, '') = coalesce(best.known_account_id, '')
left join resource_names
    on
        used.provider_id = resource_names.provider_id
        and used.meter = resource_names.meter
        and used.resource_id = resource_names.resource_id
