-- One row per day × provider × workload × transfer kind × from × to region: bytes moved.
-- Not additive: feature_ columns, which repeat in every row of a feature and day; ratios.
{%- set grain = [
    'usage_date', 'provider_id', 'workload_id', 'transfer_kind', 'from_region_id', 'to_region_id',
    'corrects_month_start_date',
] %}
with matches as (
    select * from {{ ref('int_resource_matches') }}
    where meter = 'transferred_bytes'
),

costs as (
    select * from {{ ref('int_resource_costs') }}
    where meter = 'transferred_bytes'
),

workloads as (
    select * from {{ ref('dim_workloads') }}
),

unit_economics as (
    select * from {{ ref('fct_unit_economics_daily') }}
),

-- what a feature did and earned; its revenue repeats in the row of each of its units
features as (
    select
        usage_date,
        feature_id,
        cast(sum(unit_events) as bigint) as feature_unit_events,
        max(revenue_usd) as feature_revenue_usd
    from unit_economics
    group by usage_date, feature_id
),

united as (
    select
        usage_date,
        provider_id,
        workload_id,
        meter_kind as transfer_kind,
        from_region_id,
        to_region_id,
        cast(null as date) as corrects_month_start_date,
        false as is_cost,
        is_one_day,
        quantity as used_bytes,
        cast(null as decimal(38, 12)) as billed_bytes,
        cast(null as decimal(38, 12)) as billed_cost_usd,
        cast(null as decimal(38, 12)) as effective_cost_usd
    from matches
    union all
    select
        usage_date,
        provider_id,
        workload_id,
        meter_kind as transfer_kind,
        from_region_id,
        to_region_id,
        corrects_month_start_date,
        true as is_cost,
        -- of cost that a rule brings, the use stays with others
        is_one_day and not is_shared as is_one_day,
        cast(null as decimal(38, 12)) as used_bytes,
        -- where a flow summary shows the bytes, the bill's quantity is the same bytes again
        case when not is_use_known then {{ to_picos('billed_quantity') }} end as billed_bytes,
        billed_cost_usd,
        effective_cost_usd
    from costs
),

totals as (
    select
        {{ grain | join(',\n        ') }},
        cast(sum(used_bytes) as decimal(38, 12)) as used_bytes,
        cast(sum(billed_bytes) as decimal(38, 12)) as billed_bytes,
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

joined as (
    select
        totals.*,
        cast(coalesce(totals.used_bytes, totals.billed_bytes) as bigint) as transferred_bytes,
        case
            when totals.used_bytes is not null then 'usage'
            when totals.billed_bytes is not null then 'bill'
        end as quantity_source,
        coalesce(workloads.feature_id, 'unallocated') as feature_id
    from totals
    left join workloads
        on totals.workload_id = workloads.workload_id
),

computed as (
    select
        {{ hash_key([
            'joined.usage_date', 'joined.provider_id', 'joined.workload_id', 'joined.transfer_kind',
            'joined.from_region_id', 'joined.to_region_id', 'joined.corrects_month_start_date',
        ]) }} as data_movement_id,
        joined.usage_date,
        joined.provider_id,
        coalesce(joined.workload_id, 'unallocated') as workload_id,
        joined.feature_id,
        joined.transfer_kind,
        joined.from_region_id,
        joined.to_region_id,
        joined.corrects_month_start_date,
        joined.quantity_source,
        joined.transferred_bytes,
        cast(joined.transferred_bytes as double) / 1000000000 as transferred_gigabytes,
        joined.is_billed_by_day,
        joined.billed_cost_usd,
        joined.effective_cost_usd,
        case
            when joined.is_billed_by_day or joined.quantity_source = 'bill'
                then
                    cast(joined.effective_cost_usd as double) * 1000000000
                    / nullif(cast(joined.transferred_bytes as double), 0)
        end as effective_cost_usd_per_gigabyte,
        features.feature_unit_events,
        features.feature_revenue_usd,
        case
            when joined.is_billed_by_day
                then
                    cast(joined.effective_cost_usd as double)
                    / nullif(cast(features.feature_unit_events as double), 0)
        end as effective_cost_usd_per_feature_unit,
        case
            when joined.is_billed_by_day
                then
                    cast(joined.effective_cost_usd as double)
                    / nullif(cast(features.feature_revenue_usd as double), 0)
        end as effective_cost_per_feature_revenue_share
    from joined
    left join features
        on
            joined.usage_date = features.usage_date
            and joined.feature_id = features.feature_id
            -- what nobody owns earns nothing
            and joined.feature_id <> 'unallocated'
)

{{ published('fct_data_movement_daily', 'computed', 'usage_date') }}
