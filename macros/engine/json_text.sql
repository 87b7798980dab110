{#- The value at a dotted path (`a.b`) of a JSON text column, as text; objects and lists as JSON text.
    NULL where the path is absent, the value is JSON null, or the text is not JSON.
    Checked: DuckDB 2.0 raises on malformed JSON without `try`; Spark 4.3 gives NULL by itself. -#}
{% macro json_text(column, path) -%}
    {{ return(adapter.dispatch('json_text', 'unit_economics')(column, path)) }}
{%- endmacro %}

{% macro default__json_text(column, path) -%}
try(json_extract_string({{ column }}, '$.{{ path }}'))
{%- endmacro %}

{% macro spark__json_text(column, path) -%}
get_json_object({{ column }}, '$.{{ path }}')
{%- endmacro %}


{#- A whole number at a dotted path; NULL where it is no number. By way of decimal, because a count may
    be written 10.0, which Spark's try_cast to bigint turns into NULL. -#}
{% macro json_bigint(column, path) -%}
cast(try_cast({{ unit_economics.json_text(column, path) }} as decimal(38, 0)) as bigint)
{%- endmacro %}
