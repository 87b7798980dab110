{#- The rows of a unit test as a select, in place of dbt's macros of these names, which call eight macros
    per value and write every column of the input in every row: that was a third of all processor
    time of the unit tests. Here a row holds what the test gives, and what no row gives stands once.
    On Spark dbt's own: there time goes elsewhere, and its literals differ. -#}
{% macro get_fixture_sql(rows, column_name_to_data_types) %}
    {{- adapter.dispatch('get_fixture_sql', 'unit_economics')(rows, column_name_to_data_types) -}}
{% endmacro %}

{% macro default__get_fixture_sql(rows, column_name_to_data_types) %}
    {%- set types = {} -%}
    {%- for column in adapter.get_columns_in_relation(this) -%}
        {%- do types.update({column.name | lower: column.data_type}) -%}
    {%- endfor -%}
    {%- if not types -%}
        {%- do exceptions.raise_compiler_error('the input of a unit test does not exist: ' ~ this) -%}
    {%- endif -%}
    {{- unit_economics.rows_select(rows, types, types.keys(), model.name) -}}
{% endmacro %}

{% macro spark__get_fixture_sql(rows, column_name_to_data_types) %}
    {{- dbt.get_fixture_sql(rows, column_name_to_data_types) -}}
{% endmacro %}


{% macro get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted) %}
    {{- adapter.dispatch('get_expected_sql', 'unit_economics')(
        rows, column_name_to_data_types, column_name_to_quoted) -}}
{% endmacro %}

{% macro default__get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted) %}
    {%- if rows -%}
        {{- unit_economics.rows_select(rows, column_name_to_data_types, rows[0].keys(), 'the first expected row') -}}
    {%- else -%}
        select * from dbt_internal_unit_test_actual limit 0
    {%- endif -%}
{% endmacro %}

{% macro spark__get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted) %}
    {{- dbt.get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted) -}}
{% endmacro %}


{#- `rows` with the columns `columns` of the `types`; a value that a row does not give is NULL. -#}
{% macro rows_select(rows, types, columns, what) -%}
    {%- set columns = columns | map('lower') | list -%}
    {%- set given = {} -%}
    {%- set texts = [] -%}
    {%- for row in rows -%}
        {%- for name in row if given.get(name | lower) != name -%}
            {%- if name | lower not in columns or name | lower not in types or name | lower in given -%}
                {%- do exceptions.raise_compiler_error(
                    'unit test: ' ~ what ~ ' has no column spelled ' ~ name ~ ', but ' ~ columns | join(', ')) -%}
            {%- endif -%}
            {%- do given.update({name | lower: name}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for row in rows if given -%}
        {%- set values = [] -%}
        {%- for column, name in given.items() -%}
            {%- set value = row.get(name) -%}
            {%- if value is string -%}
                {%- set value = "'" ~ value.replace("'", "''") ~ "'" -%}
            {%- endif -%}
            {%- do values.append('cast(' ~ ('null' if value is none else value) ~ ' as ' ~ types[column] ~ ')') -%}
        {%- endfor -%}
        {%- do texts.append('(' ~ values | join(', ') ~ ')') -%}
    {%- endfor -%}
    select
    {%- for column in columns %}
    {% if column not in given %}cast(null as {{ types[column] }}) as {% endif %}{{ adapter.quote(column) }}
    {{- ',' if not loop.last }}
    {%- endfor %}
    {%- if texts %}
from (
    values
    {{ texts | join(',\n    ') }}
) as given_rows({{ given.keys() | map('tojson') | join(', ') }})
    {%- elif rows %}
from generate_series(1, {{ rows | length }})
    {%- else %}
limit 0
    {%- endif -%}
{%- endmacro %}
