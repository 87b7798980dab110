{#- The value that all rows of a group have; NULL where they have several, or one has none. -#}
{% macro only_value(column) -%}
case
    when count({{ column }}) = count(*) and min({{ column }}) = max({{ column }})
        then min({{ column }})
end
{%- endmacro %}
