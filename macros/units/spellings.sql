{#- One value that writers spell in several ways: the first text that is given and not empty. `list` is
    what json_values or json_texts read for the keys `known`; `names` are the spellings among them. -#}
{% macro first_text_of(list, known, names) -%}
coalesce(
    {%- for name in names %}
    nullif({{ unit_economics.list_item(list, known.index(name) + 1) }}, ''),
    {%- endfor %}
    null
)
{%- endmacro %}


{#- The same for a whole number: the first that is given. -#}
{% macro first_count_of(list, known, names) -%}
coalesce(
    {%- for name in names %}
    {{ unit_economics.text_to_bigint(unit_economics.list_item(list, known.index(name) + 1)) }},
    {%- endfor %}
    null
)
{%- endmacro %}


{#- The same for a part of a total, of which spellings repeat each other: the largest, 0 if none is
    given. -#}
{% macro largest_count_of(list, known, names) -%}
greatest(
    {%- for name in names %}
    coalesce({{ unit_economics.text_to_bigint(unit_economics.list_item(list, known.index(name) + 1)) }}, 0),
    {%- endfor %}
    0
)
{%- endmacro %}
