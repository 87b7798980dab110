{#- The values at dotted paths of a JSON text column as one nested structure of texts, so that the text is read once:
    name it in one CTE and read its fields (`logged.usage_object.prompt_tokens`) in the next. Numbers and objects
    come out as json_text gives them. NULL where the text is NULL or no JSON; a field is NULL where it is absent,
    JSON null, or lies in something that is no object. Reading 36 paths takes DuckDB a quarter of the time that
    json_texts takes (measured).
    Checked on DuckDB 2.0 and Spark 4.3 with these and: numbers in quotes, 1e3, true, escaped text, [], trailing text. -#}
{% macro json_struct(column, paths) -%}
    {%- set fields = {} -%}
    {%- for path in paths -%}
        {%- set ns = namespace(level=fields) -%}
        {%- for key in path.split('.')[:-1] -%}
            {%- do ns.level.setdefault(key, {}) -%}
            {%- set ns.level = ns.level[key] -%}
        {%- endfor -%}
        {%- do ns.level.setdefault(path.split('.')[-1], none) -%}
    {%- endfor -%}
    {{ return(adapter.dispatch('json_struct', 'unit_economics')(column, fields)) }}
{%- endmacro %}

{% macro default__json_struct(column, fields) -%}
try(json_transform({{ column }}, '{{ unit_economics.default__json_struct_type(fields) }}'))
{%- endmacro %}

{% macro default__json_struct_type(fields) -%}
{%- set types = [] -%}
{%- for name, inner in fields.items() -%}
    {%- do types.append('"' ~ name ~ '":' ~ (unit_economics.default__json_struct_type(inner) if inner else '"VARCHAR"')) -%}
{%- endfor -%}
{{ return('{' ~ types | join(',') ~ '}') }}
{%- endmacro %}

{% macro spark__json_struct(column, fields) -%}
from_json({{ column }}, '{{ unit_economics.spark__json_struct_type(fields) }}')
{%- endmacro %}

{% macro spark__json_struct_type(fields) -%}
{%- set types = [] -%}
{%- for name, inner in fields.items() -%}
    {%- do types.append('`' ~ name ~ '`:' ~ (unit_economics.spark__json_struct_type(inner) if inner else 'string')) -%}
{%- endfor -%}
{{ return('struct<' ~ types | join(',') ~ '>') }}
{%- endmacro %}
