{#- Unix seconds as a UTC timestamp.
    Checked: 1759622400 is 2025-10-05 00:00:00 on both engines; Spark needs its session in UTC. -#}
{% macro timestamp_from_unix_seconds(seconds) -%}
    {{ return(adapter.dispatch('timestamp_from_unix_seconds', 'unit_economics')(seconds)) }}
{%- endmacro %}

{% macro default__timestamp_from_unix_seconds(seconds) -%}
make_timestamp(cast({{ seconds }} as bigint) * 1000000)
{%- endmacro %}

{% macro spark__timestamp_from_unix_seconds(seconds) -%}
timestamp_seconds(cast({{ seconds }} as bigint))
{%- endmacro %}
