{#- The value at a dotted path (`a.b`) of a JSON text column, as text; objects and lists as JSON
    text. NULL where the path is absent, the value is JSON null, or the text is not JSON.
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


{#- The values at several dotted paths of a JSON text column: a list of texts in the order of
    `paths`, each as json_text gives it. DuckDB parses the text once for all of them, not once per
    path. Name the list in one CTE and read its items in the next: then DuckDB computes it once
    per row, however many items are read (seen in its profile).
    Checked: NULL and malformed text give a NULL list on DuckDB 2.0 and a list of NULLs on
    Spark 4.3; list_item reads NULL out of both. A number, an object and a JSON null come out as
    json_text gives them on both. -#}
{% macro json_texts(column, paths) -%}
    {{ return(adapter.dispatch('json_texts', 'unit_economics')(column, paths)) }}
{%- endmacro %}

{% macro default__json_texts(column, paths) -%}
try(json_extract_string({{ column }}, ['$.{{ paths | join("', '$.") }}']))
{%- endmacro %}

{% macro spark__json_texts(column, paths) -%}
array(
    {%- for path in paths %}
    get_json_object({{ column }}, '$.{{ path }}'){{ ',' if not loop.last }}
    {%- endfor %}
)
{%- endmacro %}


{#- The item at a position of a list, counted from 1; NULL where the list is NULL or ends before it.
    Checked on DuckDB 2.0 and Spark 4.3, whose element_at would raise past the end. -#}
{% macro list_item(list, position) -%}
    {{ return(adapter.dispatch('list_item', 'unit_economics')(list, position)) }}
{%- endmacro %}

{% macro default__list_item(list, position) -%}
list_extract({{ list }}, {{ position }})
{%- endmacro %}

{% macro spark__list_item(list, position) -%}
try_element_at({{ list }}, {{ position }})
{%- endmacro %}


{#- A text as a whole number; NULL where it is none, or does not fit 64 bits. A count may be written 10.0 or 1e3,
    which Spark's try_cast to bigint turns into NULL: hence its way by decimal. Checked on both: 10.0, 1e3,
    " 5", 10.7 (11), 20 digits (NULL), empty text. DuckDB's direct way takes a quarter of the time. -#}
{% macro text_to_bigint(text) -%}
    {{ return(adapter.dispatch('text_to_bigint', 'unit_economics')(text)) }}
{%- endmacro %}

{% macro default__text_to_bigint(text) -%}
try_cast({{ text }} as bigint)
{%- endmacro %}

{% macro spark__text_to_bigint(text) -%}
try_cast(try_cast({{ text }} as decimal(38, 0)) as bigint)
{%- endmacro %}


{#- A whole number at a dotted path; NULL where it is no number. -#}
{% macro json_bigint(column, path) -%}
{{ unit_economics.text_to_bigint(unit_economics.json_text(column, path)) }}
{%- endmacro %}


{#- The values of several keys of a JSON object in a text column: a list of texts in the order of
    `keys`, each as json_text gives it. The keys are taken as they are, dots included, where
    json_texts would read `a.b` as a path. Both engines read the text once for all of them.
    Checked on DuckDB 2.0 and Spark 4.3: numbers, booleans, objects, lists, escaped quotes and a JSON
    null come out alike; NULL, text that is not JSON, and JSON that is no object give only NULLs. -#}
{% macro json_values(column, keys) -%}
    {{ return(adapter.dispatch('json_values', 'unit_economics')(column, keys)) }}
{%- endmacro %}

{% macro default__json_values(column, keys) -%}
try(json_extract_string({{ column }}, ['$."{{ keys | join("\"', '$.\"") }}"']))
{%- endmacro %}

{#- bound to a name by a lambda, so that the map is built once and not once per key -#}
{% macro spark__json_values(column, keys) -%}
get(
    transform(
        array(from_json({{ column }}, 'map<string,string>')),
        entries -> array(
            {%- for key in keys %}
            try_element_at(entries, '{{ key }}'){{ ',' if not loop.last }}
            {%- endfor %}
        )
    ),
    0
)
{%- endmacro %}
