{#- For each column the value that all rows of a group have; NULL where they have several or one has none. -#}
{% macro only_values(columns, relation='') -%}
{%- for column in columns %}
case
    when
        count({{ relation }}{{ column }}) = count(*)
        and min({{ relation }}{{ column }}) = max({{ relation }}{{ column }})
        then min({{ relation }}{{ column }})
end as {{ column }}{{ ',' if not loop.last }}
{%- endfor %}
{%- endmacro %}
