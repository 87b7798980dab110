-- One row per span that is a call or states usage, and has another one above it: the nearest.
{#- Parents are followed without recursion, one join a step, through spans that are neither. -#}
{% set steps = 16 %}
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

nested_spans as (
    select spans.*
    from spans
    inner join nested_traces
        on spans.trace_id = nested_traces.trace_id
),

step_0 as (
    select
        trace_id,
        span_id,
        has_usage,
        parent_span_id as ancestor_id
    from nested_spans
    where is_call and parent_span_id is not null
),

{%- for step in range(1, steps + 1) %}

    step_{{ step }} as (
        select
            step_{{ step - 1 }}.trace_id,
            step_{{ step - 1 }}.span_id,
            step_{{ step - 1 }}.has_usage,
            coalesce(nested_spans.parent_span_id, step_{{ step - 1 }}.ancestor_id) as ancestor_id
        from step_{{ step - 1 }}
        left join nested_spans
            on
                step_{{ step - 1 }}.trace_id = nested_spans.trace_id
                and step_{{ step - 1 }}.ancestor_id = nested_spans.span_id
                and not nested_spans.is_call
    ),
{%- endfor %}

renamed as (
    select
        step_{{ steps }}.trace_id,
        step_{{ steps }}.span_id,
        step_{{ steps }}.has_usage,
        nested_spans.span_id as ancestor_id,
        nested_spans.has_usage as has_ancestor_usage
    from step_{{ steps }}
    inner join nested_spans
        on
            step_{{ steps }}.trace_id = nested_spans.trace_id
            and step_{{ steps }}.ancestor_id = nested_spans.span_id
    where nested_spans.is_call
)

select * from renamed
