-- One row per span that does not count, because other spans of its trace tell the same calls.
{#- Frameworks repeat the usage of model calls on the spans around them: of spans with usage the
    deepest counts. A call without usage is part of the span with usage around it, if that counts. -#}
{% set steps_over_silent_calls = 3 %}
with call_parents as (
    select * from {{ ref('stg_otel__call_parents') }}
),

silent_calls as (
    select * from call_parents
    where not has_usage
),

-- the nearest usage above is looked for through calls without usage, one join a step
silent_0 as (
    select * from call_parents
),

{%- for step in range(1, steps_over_silent_calls + 1) %}

    silent_{{ step }} as (
        select
            silent_{{ step - 1 }}.trace_id,
            silent_{{ step - 1 }}.span_id,
            silent_{{ step - 1 }}.has_usage,
            coalesce(silent_calls.ancestor_id, silent_{{ step - 1 }}.ancestor_id) as ancestor_id,
            coalesce(silent_calls.has_ancestor_usage, silent_{{ step - 1 }}.has_ancestor_usage)
                as has_ancestor_usage
        from silent_{{ step - 1 }}
        left join silent_calls
            on
                silent_{{ step - 1 }}.trace_id = silent_calls.trace_id
                and silent_{{ step - 1 }}.ancestor_id = silent_calls.span_id
    ),
{%- endfor %}

usage_parents as (
    select * from silent_{{ steps_over_silent_calls }}
    where has_ancestor_usage
),

repeated_usage as (
    select distinct
        trace_id,
        ancestor_id as span_id
    from usage_parents
    where has_usage
),

silent_repeats as (
    select distinct
        trace_id,
        ancestor_id as span_id
    from call_parents
    where not has_ancestor_usage
),

silent_parts as (
    select
        usage_parents.trace_id,
        usage_parents.span_id
    from usage_parents
    left join repeated_usage
        on
            usage_parents.trace_id = repeated_usage.trace_id
            and usage_parents.ancestor_id = repeated_usage.span_id
    where not usage_parents.has_usage and repeated_usage.span_id is null
),

renamed as (
    select
        trace_id,
        span_id,
        'usage_is_told_by_deeper_spans' as nesting_reason
    from repeated_usage
    union all
    select
        trace_id,
        span_id,
        'call_is_told_by_deeper_spans' as nesting_reason
    from silent_repeats
    union all
    select
        silent_parts.trace_id,
        silent_parts.span_id,
        'usage_is_told_by_the_span_around' as nesting_reason
    from silent_parts
    left join silent_repeats
        on
            silent_parts.trace_id = silent_repeats.trace_id
            and silent_parts.span_id = silent_repeats.span_id
    where silent_repeats.span_id is null
)

select * from renamed
