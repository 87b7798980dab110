{#- Whether tags name key and value. Tags are a JSON object ({"team":"growth"}), as bills carry them,
    or a JSON array of "key:value" or "key=value" texts, as gateways do. Spaces between JSON tokens do
    not matter. Key and value must not be NULL: concat treats NULL as nothing on DuckDB. -#}
{% macro has_tag(tags, key, value) -%}
(
    position(concat('"', {{ key }}, ':', {{ value }}, '"') in {{ tags }}) > 0
    or position(concat('"', {{ key }}, '=', {{ value }}, '"') in {{ tags }}) > 0
    or position(
        concat('"', {{ key }}, '":"', {{ value }}, '"') in replace({{ tags }}, '": "', '":"')
    ) > 0
)
{%- endmacro %}
