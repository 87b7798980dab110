{#- A date some calendar months later: the same day of the month, or its last one. -#}
{% macro add_months(day, months) -%}
cast({{ dbt.dateadd('month', months, day) }} as date)
{%- endmacro %}
