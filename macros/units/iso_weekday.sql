{#- Day of the week of a date or timestamp, 1 = Monday to 7 = Sunday, by counting days since a Monday. -#}
{% macro iso_weekday(moment) -%}
({{ days_between("cast('1900-01-01' as date)", 'cast(' ~ moment ~ ' as date)') }} % 7 + 1)
{%- endmacro %}
