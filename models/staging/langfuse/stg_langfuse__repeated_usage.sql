-- One row per observation that counts nothing: its use stands in another one of its trace.
-- Frameworks report the same tokens on a call and on the spans around it; only the deepest counts.
{#- spans without use that may lie between an observation with use and the next one above it -#}
{%- set levels = 12 %}
with traced as (
    select
        project_id,
        trace_id,
        observation_id as id,
        parent_observation_id as parent_id,
        observation_type as type,
        tokens,
        carries_usage
    from {{ ref('stg_langfuse__traced_observations') }}
),

-- from every call up to the next observation above it that carries use
climbed_0 as (
    select
        project_id,
        trace_id,
        id,
        tokens,
        carries_usage,
        cast(null as string) as usage_ancestor_id,
        parent_id as next_id
    from traced
    where carries_usage or type in ('GENERATION', 'EMBEDDING')
),
{% for level in range(1, levels + 1) %}
    climbed_{{ level }} as (
        select
            below.project_id,
            below.trace_id,
            below.id,
            below.tokens,
            below.carries_usage,
            coalesce(
                below.usage_ancestor_id, case when above.carries_usage then above.id end
            ) as usage_ancestor_id,
            case when not above.carries_usage then above.parent_id end as next_id
        from climbed_{{ level - 1 }} as below
        left join traced as above
            on
                below.project_id = above.project_id
                and below.trace_id = above.trace_id
                and below.next_id = above.id
    ),
{% endfor %}
ancestors as (
    select
        project_id,
        trace_id,
        usage_ancestor_id as id,
        cast(sum(tokens) as bigint) as other_tokens
    from climbed_{{ levels }}
    where carries_usage and usage_ancestor_id is not null
    group by project_id, trace_id, usage_ancestor_id
),

-- a call without counts of its own around one that has them, or inside one that has them
wrappers as (
    select
        traced.project_id,
        traced.trace_id,
        traced.id,
        cast(sum(below.tokens) as bigint) as other_tokens
    from traced
    inner join traced as below
        on
            traced.project_id = below.project_id
            and traced.trace_id = below.trace_id
            and traced.id = below.parent_id
            and below.carries_usage
    where not traced.carries_usage and traced.type in ('GENERATION', 'EMBEDDING')
    group by traced.project_id, traced.trace_id, traced.id
),

inner_calls as (
    select
        project_id,
        trace_id,
        id,
        cast(null as bigint) as other_tokens
    from climbed_{{ levels }}
    where not carries_usage and usage_ancestor_id is not null
),

repeated as (
    select
        project_id,
        trace_id,
        id,
        'stated_below' as repetition,
        other_tokens
    from ancestors
    union all
    select
        project_id,
        trace_id,
        id,
        'empty_around_a_call' as repetition,
        other_tokens
    from wrappers
    union all
    select
        inner_calls.project_id,
        inner_calls.trace_id,
        inner_calls.id,
        'empty_inside_a_call' as repetition,
        inner_calls.other_tokens
    from inner_calls
    left join wrappers
        on inner_calls.project_id = wrappers.project_id and inner_calls.id = wrappers.id
    where wrappers.id is null
),

renamed as (
    select
        repeated.project_id,
        repeated.trace_id,
        repeated.id as observation_id,
        traced.type as observation_type,
        repeated.repetition,
        traced.tokens as own_tokens,
        repeated.other_tokens
    from repeated
    inner join traced
        on
            repeated.project_id = traced.project_id
            and repeated.trace_id = traced.trace_id
            and repeated.id = traced.id
)

select * from renamed
