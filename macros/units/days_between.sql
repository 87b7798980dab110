{#- Whole days from one date to another. dbt's own datediff is right for dates; for times it counts
    boundaries crossed (DuckDB) or rounds up (Spark), so that durations need another macro. -#}
{% macro days_between(first_day, last_day) -%}
{{ dbt.datediff(first_day, last_day, 'day') }}
{%- endmacro %}
