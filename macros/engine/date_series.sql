{#- A select of one row per day, column `date_day`, from first to last day inclusive; the bounds are
    SQL date expressions over `relation`, which has one row. -#}
{% macro date_series(relation, first_day, last_day) -%}
    {{ return(adapter.dispatch('date_series', 'unit_economics')(relation, first_day, last_day)) }}
{%- endmacro %}

{% macro default__date_series(relation, first_day, last_day) -%}
select cast(unnest(generate_series({{ first_day }}, {{ last_day }}, interval 1 day)) as date) as date_day
from {{ relation }}
{%- endmacro %}

{% macro spark__date_series(relation, first_day, last_day) -%}
select explode(sequence({{ first_day }}, {{ last_day }}, interval 1 day)) as date_day
from {{ relation }}
{%- endmacro %}
