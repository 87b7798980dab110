-- One row per day × account × GPU model × workload × customer × status: GPUs held and paid.
-- Not additive: billed, effective and list cost are views of one cost; ratios.
{%- set parts = [
    'held_gpu_seconds', 'active_gpu_seconds', 'measured_gpu_seconds', 'paid_gpu_seconds',
    'billed_cost_usd', 'effective_cost_usd', 'effective_cost_with_idle_usd', 'list_cost_usd',
] %}
{%- set grain = [
    'usage_date', 'provider_id', 'billing_account_id', 'sub_account_id', 'gpu_model',
    'workload_id', 'customer_id', 'capacity_status', 'corrects_month_start_date',
] %}
with matches as (
    select * from {{ ref('int_resource_matches') }}
    where meter = 'gpu_seconds'
),

costs as (
    select * from {{ ref('int_resource_costs') }}
    where meter = 'gpu_seconds'
),

united as (
    select
        usage_date,
        provider_id,
        billing_account_id,
        sub_account_id,
        meter_kind as gpu_model,
        workload_id,
        customer_id,
        'held' as capacity_status,
        cast(null as date) as corrects_month_start_date,
        false as is_cost,
        is_one_day,
        quantity as held_gpu_seconds,
        active_quantity as active_gpu_seconds,
        measured_quantity as measured_gpu_seconds,
        cast(null as decimal(38, 12)) as paid_gpu_seconds,
        cast(null as decimal(38, 12)) as billed_cost_usd,
        cast(null as decimal(38, 12)) as effective_cost_usd,
        cast(null as decimal(38, 12)) as effective_cost_with_idle_usd,
        cast(null as decimal(38, 12)) as list_cost_usd
    from matches
    union all
    select
        usage_date,
        provider_id,
        billing_account_id,
        sub_account_id,
        meter_kind as gpu_model,
        workload_id,
        customer_id,
        case
            when is_idle then 'idle'
            when is_use_known then 'held'
            else 'unobserved'
        end as capacity_status,
        corrects_month_start_date,
        true as is_cost,
        -- of cost that a rule brings, the use stays with others
        is_one_day and not is_shared as is_one_day,
        cast(null as decimal(38, 12)) as held_gpu_seconds,
        cast(null as decimal(38, 12)) as active_gpu_seconds,
        cast(null as decimal(38, 12)) as measured_gpu_seconds,
        billed_quantity as paid_gpu_seconds,
        billed_cost_usd,
        effective_cost_usd,
        effective_cost_with_idle_usd,
        list_cost_usd
    from costs
),

totals as (
    select
        {{ grain | join(',\n        ') }},
        {%- for column in parts[:3] %}
            cast(sum({{ column }}) as decimal(38, 12)) as {{ column }},
        {%- endfor %}
        {%- for column in parts[3:] %}
            -- one unknown part of a bill makes the sum unknown, not smaller
            case
                when count({{ column }}) = count(case when is_cost then 1 end)
                    then cast(sum({{ column }}) as decimal(38, 12))
            end as {{ column }},
        {%- endfor %}
        case
            when count(is_one_day) > 0
                then min(case when is_one_day then 1 else 0 end) = 1
        end as is_billed_by_day
    from united
    group by {{ grain | join(', ') }}
),

computed as (
    select
        {{ hash_key(grain) }} as gpu_usage_id,
        usage_date,
        provider_id,
        billing_account_id,
        sub_account_id,
        gpu_model,
        coalesce(workload_id, 'unallocated') as workload_id,
        customer_id,
        capacity_status,
        corrects_month_start_date,
        capacity_status = 'idle' as is_idle,
        is_billed_by_day,
        {{ parts | join(',\n        ') }},
        cast(held_gpu_seconds as double) / 3600 as held_gpu_hours,
        cast(paid_gpu_seconds as double) / 3600 as paid_gpu_hours,
        cast(active_gpu_seconds as double) / nullif(cast(measured_gpu_seconds as double), 0)
            as gpu_efficiency,
        -- a bill for a month stands on its first day, and use of that day alone is not its measure
        case
            when is_billed_by_day and capacity_status <> 'unobserved'
                then
                    coalesce(cast(held_gpu_seconds as double), 0)
                    / nullif(cast(paid_gpu_seconds as double), 0)
        end as gpu_utilisation,
        case
            when is_billed_by_day
                then
                    cast(effective_cost_usd as double) * 3600
                    / nullif(cast(held_gpu_seconds as double), 0)
        end as effective_cost_usd_per_gpu_hour,
        case
            when is_billed_by_day
                then
                    cast(effective_cost_with_idle_usd as double) * 3600
                    / nullif(cast(held_gpu_seconds as double), 0)
        end as effective_cost_with_idle_usd_per_gpu_hour
    from totals
)

{{ published('fct_gpu_usage_daily', 'computed', 'usage_date') }}
