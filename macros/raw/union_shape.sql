{#- Union of staging models into one shape. The shape is declared once, as the columns of
    `shape_model` in its YAML; a staging model gives the columns its YAML lists, the others are
    typed NULLs, so that a new vendor writes only what it knows. -#}
{% macro union_shape(shape_model, members) %}
    {%- set relations = {} -%}
    {%- for member in members -%}{%- do relations.update({member: ref(member)}) -%}{%- endfor -%}
    {%- for member in members %}
{{ 'union all' if not loop.first }}
select
    {{ unit_economics.shape_columns(shape_model, member) }}
from {{ relations[member] }}
    {%- endfor %}
{% endmacro %}


{#- The columns of a shape as a select list over a model that gives some of them. -#}
{% macro shape_columns(shape_model, member) %}
    {%- if execute -%}
        {%- set prefix = 'model.' ~ project_name ~ '.' -%}
        {%- set given = graph.nodes[prefix ~ member].columns -%}
        {%- for column in graph.nodes[prefix ~ shape_model].columns.values() -%}
    cast({{ column.name if column.name in given else 'null' }} as {{ column.data_type }}) as {{ column.name }}
            {{- ',\n    ' if not loop.last }}
        {%- endfor -%}
    {%- else -%}
    1 as parsed
    {%- endif -%}
{% endmacro %}
