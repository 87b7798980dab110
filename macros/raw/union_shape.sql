{#- Union of staging models into one shape. The shape is declared once, as the columns of
    `shape_model` in its YAML; a staging model gives the columns its YAML lists, the others are
    NULLs of the type that the first member states, so that a new vendor writes only what it knows. -#}
{% macro union_shape(shape_model, members) %}
    {%- set relations = {} -%}
    {%- for member in members -%}{%- do relations.update({member: ref(member)}) -%}{%- endfor -%}
    {%- for member in members %}
{{ 'union all' if not loop.first }}
select {{ unit_economics.shape_columns(shape_model, member, is_first=loop.first) }}
from {{ relations[member] }}
    {%- endfor %}
{% endmacro %}


{#- The names of a shape's columns, in their order. -#}
{% macro shape_column_names(shape_model) %}
    {%- set node = graph.nodes.get('model.' ~ project_name ~ '.' ~ shape_model) if execute -%}
    {{ return(node.columns.keys() | list if node else ['usage_date']) }}
{% endmacro %}


{#- The columns of a shape as a select list over a model that gives some of them. Only what needs it is
    cast: a metastore on Derby, as a local Spark session has, keeps no view of over 32,700 characters. -#}
{% macro shape_columns(shape_model, member, is_first=true) %}
    {%- if execute -%}
        {%- set prefix = 'model.' ~ project_name ~ '.' -%}
        {%- set given = graph.nodes[prefix ~ member].columns -%}
        {%- set columns = [] -%}
        {%- for column in graph.nodes[prefix ~ shape_model].columns.values() -%}
            {%- set value = column.name if column.name in given else 'null' -%}
            {%- if is_first or given.get(column.name, column).data_type != column.data_type -%}
                {%- do columns.append('cast(' ~ value ~ ' as ' ~ column.data_type ~ ') as ' ~ column.name) -%}
            {%- else -%}
                {%- do columns.append(value) -%}
            {%- endif -%}
        {%- endfor -%}
        {{- columns | join(', ') -}}
    {%- else -%}
    1 as parsed
    {%- endif -%}
{% endmacro %}
