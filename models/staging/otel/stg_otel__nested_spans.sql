-- One row per span that does not count, because other spans of its trace tell the same calls.
{#- Frameworks repeat the usage of model calls on the spans around them: of spans with usage the
    deepest counts. A call without usage is part of the span with usage around it, if that counts.
    Parents are followed without recursion: each step doubles how far a span looks up. #}
{%- set steps_over_plain_spans = 5 %}
{%- set steps_over_silent_calls = 3 %}
with spans as (
    select
        trace_id,
        span_id,
        parent_span_id,
        has_usage,
        has_usage or is_model_call as is_call
    from {{ ref('stg_otel__spans') }}
),

-- most traces have one call: nothing to compare
nested_traces as (
    select trace_id
    from spans
    where is_call
    group by trace_id
    having count(*) > 1
),

children as (
    select spans.*
    from spans
    inner join nested_traces
        on spans.trace_id = nested_traces.trace_id
    where spans.parent_span_id is not null
),

-- spans that are no calls lead on to the span above them
plain_0 as (
    select
        trace_id,
        span_id,
        parent_span_id as ancestor_id
    from children
    where not is_call
),

{%- for step in range(1, steps_over_plain_spans + 1) %}

    plain_{{ step }} as (
        select
            lower_spans.trace_id,
            lower_spans.span_id,
            coalesce(upper_spans.ancestor_id, lower_spans.ancestor_id) as ancestor_id
        from plain_{{ step - 1 }} as lower_spans
        left join plain_{{ step - 1 }} as upper_spans
            on
                lower_spans.trace_id = upper_spans.trace_id
                and lower_spans.ancestor_id = upper_spans.span_id
    ),
{%- endfor %}

-- each call with the nearest call above it
call_parents as (
    select
        children.trace_id,
        children.span_id,
        children.has_usage,
        ancestors.span_id as ancestor_id,
        ancestors.has_usage as has_ancestor_usage
    from children
    left join plain_{{ steps_over_plain_spans }} as plain_spans
        on
            children.trace_id = plain_spans.trace_id
            and children.parent_span_id = plain_spans.span_id
    inner join spans as ancestors
        on
            children.trace_id = ancestors.trace_id
            and coalesce(plain_spans.ancestor_id, children.parent_span_id) = ancestors.span_id
    where children.is_call and ancestors.is_call
),

-- calls without usage lead on, too, when it is the nearest usage above that is looked for
silent_0 as (
    select
        trace_id,
        span_id,
        ancestor_id,
        has_ancestor_usage
    from call_parents
    where not has_usage
),

{%- for step in range(1, steps_over_silent_calls + 1) %}

    silent_{{ step }} as (
        select
            lower_calls.trace_id,
            lower_calls.span_id,
            coalesce(upper_calls.ancestor_id, lower_calls.ancestor_id) as ancestor_id,
            coalesce(upper_calls.has_ancestor_usage, lower_calls.has_ancestor_usage)
                as has_ancestor_usage
        from silent_{{ step - 1 }} as lower_calls
        left join silent_{{ step - 1 }} as upper_calls
            on
                lower_calls.trace_id = upper_calls.trace_id
                and lower_calls.ancestor_id = upper_calls.span_id
    ),
{%- endfor %}

usage_parents as (
    select
        call_parents.trace_id,
        call_parents.span_id,
        call_parents.has_usage,
        coalesce(silent_calls.ancestor_id, call_parents.ancestor_id) as ancestor_id
    from call_parents
    left join silent_{{ steps_over_silent_calls }} as silent_calls
        on
            call_parents.trace_id = silent_calls.trace_id
            and call_parents.ancestor_id = silent_calls.span_id
    where coalesce(silent_calls.has_ancestor_usage, call_parents.has_ancestor_usage)
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
