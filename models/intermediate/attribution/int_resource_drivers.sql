-- One row per driver key × workload × customer × reason: who used machines, storage or network.
-- What was paid for and not held by anyone is a row of its own (is_idle); only GPUs can be idle.
{%- set scope = ['driver_start_date', 'driver_end_date', 'provider_id', 'meter', 'scope_key'] %}
with billed_scopes as (
    select * from {{ ref('int_billed_scopes') }}
),

used_scopes as (
    select * from {{ ref('int_used_scopes') }}
),

-- between the first and the last day on which use was seen in a scope, no use means idle
observed as (
    select
        provider_id,
        meter,
        scope_key,
        min(usage_date) as first_date,
        max(usage_date) as last_date
    from used_scopes
    group by provider_id, meter, scope_key
),

key_scope as (
    select billed_scopes.*
    from billed_scopes
    inner join observed
        on
            billed_scopes.provider_id = observed.provider_id
            and billed_scopes.meter = observed.meter
            and billed_scopes.scope_key = observed.scope_key
            and billed_scopes.driver_start_date <= observed.last_date
            and billed_scopes.driver_end_date >= observed.first_date
    qualify row_number() over (
        partition by billed_scopes.driver_key_id
        order by billed_scopes.scope_rank
    ) = 1
),

-- keys of one scope and period share its use
paid as (
    select
        {{ scope | join(',\n        ') }},
        case when count(paid_quantity) = count(*) then sum(paid_quantity) end as paid_quantity
    from key_scope
    group by {{ scope | join(', ') }}
),

used as (
    select
        paid.{{ scope | join(',\n        paid.') }},
        used_scopes.workload_id,
        used_scopes.customer_id,
        sum(used_scopes.quantity) as quantity
    from paid
    inner join used_scopes
        on
            paid.provider_id = used_scopes.provider_id
            and paid.meter = used_scopes.meter
            and paid.scope_key = used_scopes.scope_key
            and paid.driver_start_date <= used_scopes.usage_date
            and paid.driver_end_date >= used_scopes.usage_date
    group by
        paid.{{ scope | join(', paid.') }}, used_scopes.workload_id, used_scopes.customer_id
),

used_totals as (
    select
        {{ scope | join(',\n        ') }},
        sum(quantity) as quantity
    from used
    group by {{ scope | join(', ') }}
),

drivers as (
    select
        {{ scope | join(',\n        ') }},
        workload_id,
        customer_id,
        case when workload_id is null then 'no_workload_rule' end as unallocated_reason,
        false as is_idle,
        quantity
    from used
    union all
    select
        paid.{{ scope | join(',\n        paid.') }},
        cast(null as string) as workload_id,
        cast(null as string) as customer_id,
        'idle' as unallocated_reason,
        true as is_idle,
        paid.paid_quantity - coalesce(used_totals.quantity, 0) as quantity
    from paid
    left join used_totals
        on
            {% for column in scope -%}
                {{ 'and ' if not loop.first }}paid.{{ column }} = used_totals.{{ column }}
            {% endfor %}
    where
        paid.meter = 'gpu_seconds'
        and paid.paid_quantity > coalesce(used_totals.quantity, 0)
)

select
    key_scope.driver_key_id,
    drivers.workload_id,
    drivers.customer_id,
    drivers.unallocated_reason,
    drivers.meter as driver,
    drivers.is_idle,
    cast(drivers.quantity as decimal(38, 12)) as quantity
from key_scope
inner join drivers
    on
        {% for column in scope -%}
            {{ 'and ' if not loop.first }}key_scope.{{ column }} = drivers.{{ column }}
        {% endfor %}
