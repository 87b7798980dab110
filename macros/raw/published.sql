{#- What a table publishes: of closed months the rows that were kept when they were closed, of all others
    the rows of the CTE `computed`. The columns are those of the model's contract. -#}
{% macro published(table_name, computed, date_column) %}
    {%- set columns = model.columns.keys() | list -%}
    {%- if execute and not columns -%}
        {#- a unit test knows no contract: the kept table has the same columns -#}
        {%- set kept = api.Relation.create(database=target.database | default(none), schema='raw', identifier='closed__' ~ table_name) -%}
        {%- set columns = adapter.get_columns_in_relation(kept) | map(attribute='name') | list -%}
    {%- endif -%}
select
    {{ computed }}.{{ columns | join(',\n    ' ~ computed ~ '.') }}
from {{ computed }}
left join {{ ref('stg_closed__closed_periods') }} as closed_periods
    on cast(date_trunc('month', {{ computed }}.{{ date_column }}) as date) = closed_periods.month_start_date
where closed_periods.month_start_date is null
union all
select
    kept_rows.{{ columns | join(',\n    kept_rows.') }}
from {{ source('closed', table_name) }} as kept_rows
inner join {{ ref('stg_closed__closed_periods') }} as closed_periods
    on cast(date_trunc('month', kept_rows.{{ date_column }}) as date) = closed_periods.month_start_date
{% endmacro %}
