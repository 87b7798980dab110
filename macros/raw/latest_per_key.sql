{#- One row per key of an append feed: the first by `newest_first`, a list of expressions. -#}
{% macro latest_per_key(relation, keys, newest_first) -%}
    select *
    from {{ relation }}
    qualify row_number() over (
        partition by {{ keys | join(', ') }}
        order by
            {%- for expression in newest_first %}
            {{ expression }} desc nulls last{{ ',' if not loop.last }}
            {%- endfor %}
    ) = 1
{%- endmacro %}
