-- One row per day × account × resource × storage class × workload: what is kept and what it costs.
-- Not additive: billed and effective cost are views of one cost; cost per GB-month.
{%- set grain = [
    'usage_date', 'provider_id', 'billing_account_id', 'sub_account_id', 'resource_id',
    'storage_class', 'workload_id', 'corrects_month_start_date',
] %}
with matches as (
    select * from {{ ref('int_resource_matches') }}
    where meter = 'byte_hours'
),

costs as (
    select * from {{ ref('int_resource_costs') }}
    where meter = 'byte_hours'
),

united as (
    select
        usage_date,
        provider_id,
        billing_account_id,
        sub_account_id,
        resource_id,
        storage_class,
        workload_id,
        cast(null as date) as corrects_month_start_date,
        false as is_cost,
        is_one_day,
        quantity as used_byte_hours,
        cast(null as decimal(38, 12)) as billed_byte_hours,
        cast(null as decimal(38, 12)) as billed_cost_usd,
        cast(null as decimal(38, 12)) as effective_cost_usd
    from matches
    union all
    select
        usage_date,
        provider_id,
        billing_account_id,
        sub_account_id,
        resource_id,
        storage_class,
        workload_id,
        corrects_month_start_date,
        true as is_cost,
        -- of cost that a rule brings, the use stays with others
        is_one_day and not is_shared as is_one_day,
        cast(null as decimal(38, 12)) as used_byte_hours,
        -- where an inventory shows the bytes, the bill's quantity is the same bytes again
        case when not is_use_known then {{ to_picos('billed_quantity') }} end as billed_byte_hours,
        billed_cost_usd,
        effective_cost_usd
    from costs
),

totals as (
    select
        {{ grain | join(',\n        ') }},
        cast(sum(used_byte_hours) as decimal(38, 12)) as used_byte_hours,
        cast(sum(billed_byte_hours) as decimal(38, 12)) as billed_byte_hours,
        -- a bill without an exchange rate makes the sum unknown, not smaller
        {%- for column in ['billed_cost_usd', 'effective_cost_usd'] %}
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

measured as (
    select
        totals.*,
        coalesce(used_byte_hours, billed_byte_hours) as stored_byte_hours,
        case
            when used_byte_hours is not null then 'usage'
            when billed_byte_hours is not null then 'bill'
        end as quantity_source,
        24 * extract(
            day from cast(
                date_trunc('month', usage_date) + interval 1 month - interval 1 day as date
            )
        ) as hours_of_month
    from totals
),

computed as (
    select
        {{ hash_key(grain) }} as storage_id,
        usage_date,
        provider_id,
        billing_account_id,
        sub_account_id,
        resource_id,
        storage_class,
        coalesce(workload_id, 'unallocated') as workload_id,
        corrects_month_start_date,
        quantity_source,
        stored_byte_hours,
        cast(stored_byte_hours as double) / (1000000000 * hours_of_month) as stored_gb_months,
        is_billed_by_day,
        billed_cost_usd,
        effective_cost_usd,
        -- a bill for a month stands on its first day: a day's inventory is not its measure
        case
            when is_billed_by_day or quantity_source = 'bill'
                then
                    cast(effective_cost_usd as double) * 1000000000 * hours_of_month
                    / nullif(cast(stored_byte_hours as double), 0)
        end as effective_cost_usd_per_gb_month
    from measured
)

{{ published('fct_storage_daily', 'computed', 'usage_date') }}
