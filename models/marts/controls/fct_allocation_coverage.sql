-- One row per month × provider × cost status: how much of the cost has an owner.
-- Shares are not additive; add their parts and divide again.
with ledger as (
    select * from {{ ref('fct_allocated_costs') }}
),

costs as (
    select
        cast(date_trunc('month', usage_date) as date) as month_start_date,
        provider_id,
        cost_status,
        allocation_method,
        unallocated_reason,
        coalesce(effective_cost_usd, estimated_cost_usd) as cost_usd
    from ledger
),

totals as (
    select
        month_start_date,
        provider_id,
        cost_status,
        -- a bill without an exchange rate makes the month unknown, not smaller
        {%- for method in ['direct', 'metered', 'shared', 'unallocated'] %}
            case
                when count(cost_usd) = count(*)
                    then cast(
                        sum(case when allocation_method = '{{ method }}' then cost_usd else 0 end)
                        as decimal(38, 12)
                    )
            end as {{ method }}_cost_usd,
        {%- endfor %}
        case
            when count(cost_usd) = count(*)
                then cast(
                    sum(case when unallocated_reason = 'outside_gateway' then cost_usd else 0 end)
                    as decimal(38, 12)
                )
        end as outside_gateway_cost_usd,
        case
            when count(cost_usd) = count(*) then cast(sum(cost_usd) as decimal(38, 12))
        end as total_cost_usd
    from costs
    group by month_start_date, provider_id, cost_status
),

allocated as (
    select
        totals.*,
        {{ exact_sum(['direct_cost_usd', 'metered_cost_usd', 'shared_cost_usd']) }}
            as allocated_cost_usd
    from totals
),

shares as (
    select
        allocated.*,
        cast(allocated_cost_usd as double) / nullif(cast(total_cost_usd as double), 0)
            as allocated_share
    from allocated
)

select
    {{ hash_key(['month_start_date', 'provider_id', 'cost_status']) }} as allocation_coverage_id,
    month_start_date,
    provider_id,
    cost_status,
    direct_cost_usd,
    metered_cost_usd,
    shared_cost_usd,
    unallocated_cost_usd,
    outside_gateway_cost_usd,
    allocated_cost_usd,
    total_cost_usd,
    allocated_share,
    case
        when total_cost_usd is null then null
        when allocated_share > 0.9 then 'run'
        when allocated_share >= 0.8 then 'walk'
        when allocated_share >= 0.5 then 'crawl'
        else 'below_crawl'
    end as allocation_maturity
from shares
