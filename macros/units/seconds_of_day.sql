{#- Whole seconds since midnight UTC of a timestamp; a fraction of a second is cut off. Checked: extract
    gives whole numbers on DuckDB 2.0, on Spark 4.3 seconds are a decimal with the fraction. -#}
{% macro seconds_of_day(moment) -%}
(
    cast(extract(hour from {{ moment }}) as bigint) * 3600
    + cast(extract(minute from {{ moment }}) as bigint) * 60
    + cast(floor(extract(second from {{ moment }})) as bigint)
)
{%- endmacro %}
