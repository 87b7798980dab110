{#- Half-open spans valid_from..valid_to of one key never overlap. -#}
{% test no_overlapping_validity(model, keys) %}
with spans as (
    select
        {{ keys | join(',\n        ') }},
        valid_from,
        valid_to,
        lead(valid_from) over (partition by {{ keys | join(', ') }} order by valid_from) as next_valid_from
    from {{ model }}
)

select *
from spans
where
    valid_to <= valid_from
    or next_valid_from < valid_to
{% endtest %}
