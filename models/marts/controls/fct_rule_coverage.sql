-- One row per rule of the company: what it matches, and whether another rule contests it.
-- Not additive: a charge that two rules could match is the first one's alone.
with workload_rules as (
    select * from {{ ref('workload_rules') }}
),

allocation_rules as (
    select * from {{ ref('allocation_rules') }}
),

workload_matches as (
    select * from {{ ref('int_workload_matches') }}
),

charges as (
    select * from {{ ref('fct_charges') }}
),

shared_pools as (
    select * from {{ ref('int_shared_pools') }}
),

matched_attributes as (
    select
        rule_id,
        count(*) as matches,
        sum(case when has_rule_conflict then 1 else 0 end) as contested_matches
    from workload_matches
    where rule_id is not null
    group by rule_id
),

matched_charges as (
    select
        workload_rule_id as rule_id,
        cast(sum(effective_cost_usd) as decimal(38, 12)) as effective_cost_usd
    from charges
    where workload_rule_id is not null
    group by workload_rule_id
),

matched_pools as (
    select
        rule_id,
        count(*) as matches,
        sum(case when rules_of_one_priority > 1 then 1 else 0 end) as contested_matches,
        cast(sum(effective_cost_usd) as decimal(38, 12)) as effective_cost_usd
    from shared_pools
    group by rule_id
),

rules as (
    select
        'workload' as rule_kind,
        workload_rules.rule_id,
        workload_rules.priority,
        matched_attributes.matches,
        matched_attributes.contested_matches,
        matched_charges.effective_cost_usd
    from workload_rules
    left join matched_attributes
        on workload_rules.rule_id = matched_attributes.rule_id
    left join matched_charges
        on workload_rules.rule_id = matched_charges.rule_id
    union all
    select
        'allocation' as rule_kind,
        allocation_rules.rule_id,
        allocation_rules.priority,
        matched_pools.matches,
        matched_pools.contested_matches,
        matched_pools.effective_cost_usd
    from allocation_rules
    left join matched_pools
        on allocation_rules.rule_id = matched_pools.rule_id
)

select
    {{ hash_key(['rule_kind', 'rule_id']) }} as rule_coverage_id,
    rule_kind,
    rule_id,
    priority,
    cast(coalesce(matches, 0) as bigint) as matches,
    cast(coalesce(contested_matches, 0) as bigint) as contested_matches,
    cast(coalesce(effective_cost_usd, 0) as decimal(38, 12)) as effective_cost_usd,
    case
        when contested_matches > 0 then 'contested'
        when matches > 0 then 'used'
        else 'matches_nothing'
    end as rule_status
from rules
