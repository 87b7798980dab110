-- One row per day × feature × unit: what one useful thing cost that day, on direct cost.
-- Not additive: ratios; and cost and revenue across several units of one feature, which share them.
with ledger as (
    select * from {{ ref('fct_allocated_costs') }}
),

events as (
    select * from {{ ref('int_business_events') }}
),

revenue as (
    select * from {{ ref('int_revenue_daily') }}
),

units as (
    select * from {{ ref('dim_units') }}
),

driver_usage as (
    select * from {{ ref('int_driver_usage') }}
),

workloads as (
    select * from {{ ref('workloads') }}
),

direct_costs as (
    select
        usage_date,
        feature_id,
        -- a bill without an exchange rate makes the sum unknown, not smaller
        count(coalesce(effective_cost_usd, estimated_cost_usd)) = count(*) as is_known,
        cast(coalesce(sum(billed_cost_usd), 0) as decimal(38, 12)) as billed_cost_usd,
        cast(coalesce(sum(effective_cost_usd), 0) as decimal(38, 12)) as effective_cost_usd,
        cast(coalesce(sum(estimated_cost_usd), 0) as decimal(38, 12)) as estimated_cost_usd,
        {%- for layer in ['inference', 'harness', 'training'] %}
            cast(
                coalesce(
                    sum(
                        case
                            when cost_layer = '{{ layer }}'
                                then coalesce(effective_cost_usd, estimated_cost_usd)
                        end
                    ),
                    0
                ) as decimal(38, 12)
            ) as {{ layer }}_cost_usd,
        {%- endfor %}
        min(cost_status) as first_status,
        max(cost_status) as last_status
    from ledger
    where
        allocation_method in ('direct', 'metered')
        and not is_idle
    group by usage_date, feature_id
),

-- use of the feature that neither a bill nor an estimate covers
costless_usage as (
    select distinct
        driver_usage.usage_date,
        coalesce(workloads.feature_id, 'unallocated') as feature_id
    from driver_usage
    left join workloads
        on driver_usage.workload_id = workloads.workload_id
    where
        driver_usage.workload_id is not null
        and not driver_usage.is_billed
        and driver_usage.computed_cost_usd is null
),

unit_events as (
    select
        events.event_date as usage_date,
        units.feature_id,
        units.unit_id,
        count(*) as unit_events,
        sum(case when events.is_successful then 1 else 0 end) as successful_unit_events
    from events
    inner join units
        on
            events.event_type = units.event_type
            and coalesce(events.feature_id, units.feature_id) = units.feature_id
    where
        events.is_successful
        or not units.counts_only_successful
    group by events.event_date, units.feature_id, units.unit_id
),

feature_revenue as (
    select
        revenue_date as usage_date,
        feature_id,
        -- revenue in a currency without a rate makes the sum unknown, not smaller
        case
            when count(revenue_usd) = count(*) then cast(sum(revenue_usd) as decimal(38, 12))
        end as revenue_usd
    from revenue
    where feature_id is not null
    group by revenue_date, feature_id
),

feature_days as (
    select
        usage_date,
        feature_id
    from direct_costs
    union distinct
    select
        usage_date,
        feature_id
    from unit_events
    union distinct
    select
        usage_date,
        feature_id
    from feature_revenue
    union distinct
    select
        usage_date,
        feature_id
    from costless_usage
),

-- a feature without a unit keeps its cost in a row of its own
feature_units as (
    select
        feature_days.usage_date,
        feature_days.feature_id,
        coalesce(units.unit_id, 'none') as unit_id,
        units.unit_name,
        units.target_cost_usd
    from feature_days
    left join units
        on feature_days.feature_id = units.feature_id
),

joined as (
    select
        feature_units.usage_date,
        feature_units.feature_id,
        feature_units.unit_id,
        feature_units.unit_name,
        feature_units.target_cost_usd,
        cast(coalesce(unit_events.unit_events, 0) as bigint) as unit_events,
        cast(coalesce(unit_events.successful_unit_events, 0) as bigint) as successful_unit_events,
        {%- for column in [
            'billed_cost_usd', 'effective_cost_usd', 'estimated_cost_usd', 'inference_cost_usd',
            'harness_cost_usd', 'training_cost_usd',
        ] %}
            case
                when coalesce(direct_costs.is_known, true)
                    then cast(coalesce(direct_costs.{{ column }}, 0) as decimal(38, 12))
            end as {{ column }},
        {%- endfor %}
        case
            when direct_costs.usage_date is null then 'none'
            when direct_costs.first_status = direct_costs.last_status
                then direct_costs.first_status
            else 'partly_estimated'
        end as cost_status,
        costless_usage.usage_date is not null as has_unpriced_usage,
        case
            when feature_revenue.usage_date is null then cast(0 as decimal(38, 12))
            else feature_revenue.revenue_usd
        end as revenue_usd
    from feature_units
    left join direct_costs
        on
            feature_units.usage_date = direct_costs.usage_date
            and feature_units.feature_id = direct_costs.feature_id
    left join unit_events
        on
            feature_units.usage_date = unit_events.usage_date
            and feature_units.feature_id = unit_events.feature_id
            and feature_units.unit_id = unit_events.unit_id
    left join feature_revenue
        on
            feature_units.usage_date = feature_revenue.usage_date
            and feature_units.feature_id = feature_revenue.feature_id
    left join costless_usage
        on
            feature_units.usage_date = costless_usage.usage_date
            and feature_units.feature_id = costless_usage.feature_id
),

totalled as (
    select
        joined.*,
        {{ exact_sum(['effective_cost_usd', 'estimated_cost_usd']) }} as direct_cost_usd,
        -- sums count a day without cost as 0; that its units were free nobody knows
        cost_status <> 'none' as has_cost
    from joined
),

margins as (
    select
        totalled.*,
        {{ exact_sum(['revenue_usd'], minus=['direct_cost_usd']) }} as direct_margin_usd
    from totalled
),

computed as (
    select
        {{ hash_key(['usage_date', 'feature_id', 'unit_id']) }} as unit_economics_id,
        usage_date,
        feature_id,
        unit_id,
        unit_name,
        unit_events,
        successful_unit_events,
        cost_status,
        has_unpriced_usage,
        billed_cost_usd,
        effective_cost_usd,
        estimated_cost_usd,
        direct_cost_usd,
        inference_cost_usd,
        harness_cost_usd,
        training_cost_usd,
        revenue_usd,
        direct_margin_usd,
        target_cost_usd,
        case
            when has_cost
                then cast(direct_cost_usd as double) / nullif(cast(unit_events as double), 0)
        end as direct_cost_usd_per_unit,
        case
            when has_cost
                then
                    cast(direct_cost_usd as double)
                    / nullif(cast(successful_unit_events as double), 0)
        end as direct_cost_usd_per_successful_unit,
        case
            when has_cost
                then cast(direct_margin_usd as double) / nullif(cast(revenue_usd as double), 0)
        end as direct_margin_share
    from margins
)

{{ published('fct_unit_economics_daily', 'computed', 'usage_date') }}
