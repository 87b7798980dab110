{#- The items of a JSON array in a text column: a select of one row per item with the columns `keys`
    of `relation`, `item_position` (from 1) and `item`, as json_text would give it: objects and
    lists as JSON text, strings bare. A row without items gives no row.
    Checked: DuckDB 2.0 and Spark 4.3 give no row for NULL, [], an object and text that is not JSON,
    and NULL for an item that is JSON null. Numbers inside objects are printed anew by both from a
    double, 1e-7 as 1e-7 or 1.0E-7: the same number up to 17 digits, not the same text. -#}
{% macro json_array_items(relation, column, keys) -%}
    {{ return(adapter.dispatch('json_array_items', 'unit_economics')(relation, column, keys)) }}
{%- endmacro %}

{% macro default__json_array_items(relation, column, keys) -%}
select
    {% for key in keys %}{{ key }}, {% endfor -%}
    unnest(generate_series(1, len(items))) as item_position,
    unnest(items) as item
from (
    select
        {% for key in keys %}{{ key }}, {% endfor -%}
        try(json_extract_string({{ column }}, '$[*]')) as items
    from {{ relation }}
    where {{ column }} is not null and {{ column }} <> '[]'
) as listed
{%- endmacro %}

{% macro spark__json_array_items(relation, column, keys) -%}
select
    {% for key in keys %}{{ key }}, {% endfor -%}
    cast(item_index as bigint) + 1 as item_position,
    item
from {{ relation }}
lateral view posexplode(from_json({{ column }}, 'array<string>')) as item_index, item
{%- endmacro %}


{#- JSON arrays of objects with `key` and `value`, as clouds write labels, as one JSON object
    ({"team":"growth"}); of a key that is there twice the first counts, in the order of `columns`.
    NULL where there is no pair. A pair without a key or value is left out.
    Checked on DuckDB 2.0 and Spark 4.3: NULL, [] and text that is not JSON count as no pairs; the
    object is written without spaces, quotes in values are escaped. -#}
{% macro json_pairs_object(columns) -%}
    {{ return(adapter.dispatch('json_pairs_object', 'unit_economics')(columns)) }}
{%- endmacro %}

{% macro default__json_pairs_object(columns) -%}
{%- set pairs -%}
    list_filter(
        list_concat(
            {%- for column in columns %}
            coalesce({{ unit_economics.default__json_pairs(column) }}, []){{ ',' if not loop.last }}
            {%- endfor %}
        ),
        lambda pair: pair.key is not null and pair.value is not null
    )
{%- endset -%}
nullif(cast(to_json(map_from_entries(list_filter(
    {{ pairs }},
    lambda pair, place: list_position(list_transform({{ pairs }}, lambda other: other.key), pair.key) = place
))) as string), '{}')
{%- endmacro %}

{% macro default__json_pairs(column) -%}
cast(
    try(json_transform({{ column }}, '[{"key":"VARCHAR","value":"VARCHAR"}]'))
    as struct(key varchar, value varchar)[]
)
{%- endmacro %}

{% macro spark__json_pairs_object(columns) -%}
{%- set pairs -%}
    filter(
        concat(
            {%- for column in columns %}
            coalesce({{ unit_economics.spark__json_pairs(column) }}, array()){{ ',' if not loop.last }}
            {%- endfor %}
        ),
        pair -> pair.key is not null and pair.value is not null
    )
{%- endset -%}
nullif(to_json(map_from_entries(filter(
    {{ pairs }},
    (pair, place) -> array_position(transform({{ pairs }}, other -> other.key), pair.key) = place + 1
))), '{}')
{%- endmacro %}

{% macro spark__json_pairs(column) -%}
from_json({{ column }}, 'array<struct<key:string,value:string>>')
{%- endmacro %}


{#- The value of a key in a JSON array of objects with `key` and `value`; the first if there are
    more, NULL if there is none. For keys that json_text cannot reach (they contain dots).
    Checked on DuckDB 2.0 and Spark 4.3 with NULL, [], an absent key and text that is not JSON. -#}
{% macro json_pair_value(column, key) -%}
    {{ return(adapter.dispatch('json_pair_value', 'unit_economics')(column, key)) }}
{%- endmacro %}

{% macro default__json_pair_value(column, key) -%}
list_extract(
    list_filter({{ unit_economics.default__json_pairs(column) }}, lambda pair: pair.key = '{{ key }}'), 1
).value
{%- endmacro %}

{% macro spark__json_pair_value(column, key) -%}
try_element_at(
    filter({{ unit_economics.spark__json_pairs(column) }}, pair -> pair.key = '{{ key }}'), 1
).value
{%- endmacro %}
