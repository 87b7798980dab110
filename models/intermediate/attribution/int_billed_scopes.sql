-- One row per driver key of machines, storage or network × scope that it may share with a use.
-- Quantities repeat per scope: do not add them up.
{#- Best first: the resource that bill and use both name, of one kind (GPU model, transfer kind) or
    of any, then the account. -#}
{%- set scopes = [
    ('resource', 'resource_id', 'meter_kind'), ('resource', 'resource_id', none),
    ('account', 'sub_account_id', 'meter_kind'), ('account', 'sub_account_id', none),
    ('account', 'billing_account_id', 'meter_kind'), ('account', 'billing_account_id', none),
] %}
with pools as (
    select *
    from {{ ref('int_cost_pools') }}
    where
        driver_key_id is not null
        and bill_meter in ('gpu_seconds', 'byte_hours', 'transferred_bytes')
),

keys as (
    select
        driver_key_id,
        driver_start_date,
        driver_end_date,
        provider_id,
        bill_meter as meter,
        billing_account_id,
        sub_account_id,
        resource_id,
        meter_kind,
        -- one unknown quantity makes the sum unknown
        case
            when count(metered_quantity) = count(*)
                then cast(sum(metered_quantity) as decimal(38, 12))
        end as paid_quantity
    from pools
    group by
        driver_key_id, driver_start_date, driver_end_date, provider_id, bill_meter,
        billing_account_id, sub_account_id, resource_id, meter_kind
)

{% for scope_kind, column, kind_column in scopes -%}
    {{ 'union all' if not loop.first }}
    select
        driver_key_id,
        driver_start_date,
        driver_end_date,
        provider_id,
        meter,
        billing_account_id,
        {{ loop.index }} as scope_rank,
        {{ hash_key(["'" ~ scope_kind ~ "'", column, kind_column or 'null']) }} as scope_key,
        paid_quantity
    from keys
    where {{ column }} is not null{{ ' and ' ~ kind_column ~ ' is not null' if kind_column }}
{% endfor %}
