{#- A 64-bit number that is the same for the same values, NULLs included; quick, and another one on each engine:
    for finding what may be equal and for telling whether rows changed, never as a key of a table.
    Checked: DuckDB 2.0 and Spark 4.3 tell NULL from an empty text, and (NULL, 1) from (1, NULL). -#}
{% macro hash_number(columns) -%}
    {{ return(adapter.dispatch('hash_number', 'unit_economics')(columns)) }}
{%- endmacro %}

{% macro default__hash_number(columns) -%}
hash({{ columns | join(', ') }})
{%- endmacro %}

{% macro spark__hash_number(columns) -%}
{#- Spark's hash skips a NULL -#}
xxhash64({% for column in columns %}{{ column }}, {{ column }} is null{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}


{#- One text for the numbers of many rows, in whatever order they come: equal for the same rows. -#}
{% macro sum_of_hashes(hash_column) -%}
cast(sum(cast({{ hash_column }} as decimal(38, 0))) as string)
{%- endmacro %}
