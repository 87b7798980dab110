{#- Whether a row belongs to the day or month that a microbatch model is building; true when it builds everything.
    For relations that dbt does not filter by itself: it does so for every ref with an `event_time`. -#}
{% macro in_batch(date_column) -%}
{%- if model.batch -%}
(
    {{ date_column }} >= cast('{{ (model.batch.event_time_start | string)[:10] }}' as date)
    and {{ date_column }} < cast('{{ (model.batch.event_time_end | string)[:10] }}' as date)
)
{%- else -%}
true
{%- endif -%}
{%- endmacro %}


{#- Whether a row is of the day or month that a microbatch model is building or later; true when it builds everything.
    For what is joined to rows that begin in the batch and may end after it. -#}
{% macro since_batch(date_column) -%}
{%- if model.batch -%}
{{ date_column }} >= cast('{{ (model.batch.event_time_start | string)[:10] }}' as date)
{%- else -%}
true
{%- endif -%}
{%- endmacro %}


{#- A relation with all its days, where dbt would show a microbatch model only those of its batch. -#}
{% macro every_day_of(relation) -%}
{{ relation.render() }}
{%- endmacro %}
