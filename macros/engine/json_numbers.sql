{#- A flat JSON object as a map from text to text, so that it is parsed once however often it is read:
    name it in one CTE, read it with number_of_keys in the next. NULL for text that is no JSON object.
    Checked on DuckDB 2.0 and Spark 4.3: NULL, '', '[]' and malformed text give NULL, {} an empty map; a
    number, a number in quotes and a JSON null come out as their text and as NULL. Of an object that has
    a key twice Spark keeps the last, DuckDB gives NULL for the whole. -#}
{% macro json_map(column) -%}
    {{ return(adapter.dispatch('json_map', 'unit_economics')(column)) }}
{%- endmacro %}

{% macro default__json_map(column) -%}
try(cast(cast({{ column }} as json) as map(varchar, varchar)))
{%- endmacro %}

{% macro spark__json_map(column) -%}
from_json({{ column }}, 'map<string,string>')
{%- endmacro %}


{#- The numbers of a json_map whose keys, in lower case, are one of `keys`: regular expressions for whole
    keys, without backslashes. `how` is sum or max; with `others` the keys that are
    none of them. NULL where there is no such number. Values are read as decimals of 16 digits before
    and 12 behind the point; text that is no number does not count.
    Checked on DuckDB 2.0 and Spark 4.3 with NULL, an empty map, 100, "200", 1e-7, null and an object. -#}
{% macro number_of_keys(map, keys, how='sum', others=false) -%}
    {{ return(adapter.dispatch('number_of_keys', 'unit_economics')(map, keys, how, others)) }}
{%- endmacro %}

{% macro default__number_of_keys(map, keys, how, others) -%}
cast(list_{{ how }}([
    try_cast(entry.value as decimal(28, 12)) for entry in map_entries({{ map }})
    if {{ 'not ' if others }}regexp_full_match(lower(entry.key), '{{ keys | join('|') }}')
]) as decimal(28, 12))
{%- endmacro %}

{% macro spark__number_of_keys(map, keys, how, others) -%}
{#- decimal(38, 12) + decimal(38, 12) would lose the last digit on Spark, decimal(28, 12) does not -#}
{%- set fold -%}
    {%- if how == 'sum' -%} cast(coalesce(total, 0) + number as decimal(28, 12))
    {%- else -%} greatest(total, number) {%- endif -%}
{%- endset -%}
aggregate(
    filter(
        transform(
            filter(
                map_entries({{ map }}),
                entry -> {{ 'not ' if others }}lower(entry.key) rlike '^({{ keys | join('|') }})$'
            ),
            entry -> try_cast(entry.value as decimal(28, 12))
        ),
        number -> number is not null
    ),
    cast(null as decimal(28, 12)),
    (total, number) -> {{ fold }}
)
{%- endmacro %}


{#- A json_map as the text of a JSON object again, without some keys; NULL where nothing is left.
    Checked on DuckDB 2.0 and Spark 4.3: written without spaces, in the order of the keys, quotes inside
    values escaped; NULL and an empty map give NULL. -#}
{% macro map_json(map, without=[]) -%}
    {{ return(adapter.dispatch('map_json', 'unit_economics')(map, without)) }}
{%- endmacro %}

{% macro default__map_json(map, without) -%}
nullif(cast(to_json(map_from_entries(list_filter(
    map_entries({{ map }}),
    lambda entry: entry.value is not null and entry.key not in ('{{ without | join("', '") }}')
))) as string), '{}')
{%- endmacro %}

{% macro spark__map_json(map, without) -%}
nullif(
    to_json(map_filter({{ map }}, (key, value) -> value is not null and key not in ('{{ without | join("', '") }}'))),
    '{}'
)
{%- endmacro %}
