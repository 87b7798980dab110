{#- The text entries of a flat JSON object whose keys start with `prefix`, without that prefix: their
    JSON joined by commas, to be put between braces. NULL where there is none. Entries whose value is
    null, empty, a number or an object are left out. `prefix`, and `start` of what follows it, are
    regular expressions without capturing groups and backslashes.
    Read by pattern, because the keys are not known: the quotes inside JSON texts are escaped, so that a
    quote after `{` or a comma starts a key. Checked with escaped quotes and spaces between tokens on
    DuckDB 2.0 and Spark 4.3, whose string literals halve backslashes. -#}
{% macro json_entries(column, prefix, start='') -%}
    {%- set text = '(?:[^"BB]|BB.)'.replace('B', '\\') -%}
    {%- set entry = start ~ text ~ '+"[ ]*:[ ]*"' ~ text ~ '+"' -%}
    {%- set pattern = '[{,][ ]*"(?:' ~ prefix ~ ')(' ~ entry ~ ')' -%}
    {{ return(adapter.dispatch('json_entries', 'unit_economics')(column, pattern)) }}
{%- endmacro %}

{% macro default__json_entries(column, pattern) -%}
nullif(concat('"', array_to_string(regexp_extract_all({{ column }}, '{{ pattern }}', 1), ',"')), '"')
{%- endmacro %}

{% macro spark__json_entries(column, pattern) -%}
nullif(
    concat('"', array_join(regexp_extract_all({{ column }}, '{{ pattern.replace('\\', '\\\\') }}', 1), ',"')),
    '"'
)
{%- endmacro %}
