{#- What a table publishes: of closed months the rows that were kept when they were closed, of all others
    the rows of the CTE `computed`. The columns are those of the model's contract. -#}
{% macro published(computed, date_column) %}
    {%- set columns = model.columns.keys() | list if execute else ['1'] -%}
select
    {{ computed }}.{{ columns | join(',\n    ' ~ computed ~ '.') }}
from {{ computed }}
left join {{ ref('stg_closed__closed_periods') }} as closed_periods
    on cast(date_trunc('month', {{ computed }}.{{ date_column }}) as date) = closed_periods.month_start_date
where closed_periods.month_start_date is null
union all
select
    kept_rows.{{ columns | join(',\n    kept_rows.') }}
from {{ source('closed', model.name) }} as kept_rows
inner join {{ ref('stg_closed__closed_periods') }} as closed_periods
    on cast(date_trunc('month', kept_rows.{{ date_column }}) as date) = closed_periods.month_start_date
{% endmacro %}
