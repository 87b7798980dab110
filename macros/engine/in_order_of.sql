{#- How a table's rows lie, as the end of its query: DuckDB keeps the smallest and largest value of each column per row
    group, so that a batch, a report or a deletion of some days touches only the row groups of these days.
    Measured on 360 days: a month of the ledger deleted and written anew takes two fifths of the time, and
    the whole build no longer than before, because sorted keys also join and compress better.
    On Spark a table that is built in batches is partitioned by its day, and a sort reads its input twice,
    once to find the borders of its pieces. -#}
{% macro in_order_of(column) -%}
    {{ return(adapter.dispatch('in_order_of', 'unit_economics')(column)) }}
{%- endmacro %}

{% macro default__in_order_of(column) -%}
order by {{ column }}
{%- endmacro %}

{% macro spark__in_order_of(column) -%}
{%- endmacro %}
