{#- How unit tests run on DuckDB. dbt's own way calls eight macros per value, writes every column of an input
    in every row, and makes a table to learn the types of a result: two fifths of the processor
    time of all unit tests. Here a row holds what the test gives, what no row gives stands once, and
    DuckDB describes the query. On Spark, where time goes elsewhere and literals differ, it is dbt's. -#}
{% materialization unit, adapter='duckdb' %}
    {%- set expected = config.get('expected_rows') -%}
    {%- set types = unit_economics.described_types(sql) -%}
    {%- set columns = (expected[0] if expected else types).keys() | map('lower') | list -%}
    {%- if config.get('expected_sql') -%}
        {%- set expected_sql = config.get('expected_sql') -%}
    {%- elif expected -%}
        {%- set expected_sql = unit_economics.rows_select(expected, types, columns, 'the first expected row') -%}
    {%- else -%}
        {%- set expected_sql = 'select * from dbt_internal_unit_test_actual limit 0' -%}
    {%- endif -%}
    {%- call statement('main', fetch_result=True) -%}
        {{ get_unit_test_sql(sql, expected_sql, columns | map('tojson') | list) }}
    {%- endcall -%}
    {{ return({'relations': []}) }}
{% endmaterialization %}


{% macro get_fixture_sql(rows, column_name_to_data_types) %}
    {{- adapter.dispatch('get_fixture_sql', 'unit_economics')(rows, column_name_to_data_types) -}}
{% endmacro %}

{% macro default__get_fixture_sql(rows, column_name_to_data_types) %}
    {%- set types = unit_economics.described_types('from ' ~ this) -%}
    {{- unit_economics.rows_select(rows, types, types.keys() | list, model.name) -}}
{% endmacro %}

{% macro spark__get_fixture_sql(rows, column_name_to_data_types) %}
    {{- dbt.get_fixture_sql(rows, column_name_to_data_types) -}}
{% endmacro %}


{#- The columns that a query gives, in lower case, with their types. -#}
{% macro described_types(query) %}
    {%- set types = {} -%}
    {%- for column in adapter.get_column_schema_from_query(query ~ '\n') -%}
        {%- do types.update({column.name | lower: column.dtype}) -%}
    {%- endfor -%}
    {%- do return(types) -%}
{% endmacro %}


{#- `rows` with the columns `columns` of the `types`; a value that a row does not give is NULL. -#}
{% macro rows_select(rows, types, columns, what) -%}
    {%- set given = {} -%}
    {%- set texts = [] -%}
    {%- for row in rows -%}
        {%- for name in row if given.get(name | lower) != name -%}
            {%- if name | lower not in columns or name | lower not in types or name | lower in given -%}
                {%- do exceptions.raise_compiler_error(
                    'unit test: ' ~ what ~ ' has no column spelled ' ~ name ~ '; known are ' ~ types.keys() | join(', ')) -%}
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
    {% if column not in given %}cast(null as {{ types[column] }}) as {% endif %}"{{ column }}"
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
