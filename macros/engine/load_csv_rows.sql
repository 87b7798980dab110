{#- Seed rows on Spark as literals. dbt-spark 1.11 binds parameters by wrapping them in quotes: NULL
    arrives as the text 'None' and an apostrophe breaks the statement (both seen on Spark 4.3). -#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {%- set column_types = model['config'].get('column_types', {}) -%}
    {%- set types = [] -%}
    {%- for column in agate_table.column_names -%}
        {%- do types.append(column_types.get(column, adapter.convert_type(agate_table, loop.index0))) -%}
    {%- endfor -%}
    {%- set statements = [] -%}
    {%- for chunk in agate_table.rows | batch(get_batch_size()) -%}
        {%- set statement -%}
            insert into {{ this.render() }} values
            {% for row in chunk -%}
                (
                {%- for value in row -%}
                    cast({{ unit_economics.spark_literal(value) }} as {{ types[loop.index0] }})
                    {{- ',' if not loop.last -}}
                {%- endfor -%}
                ){{ ',' if not loop.last }}
            {% endfor %}
        {%- endset -%}
        {%- do adapter.add_query(statement, abridge_sql_log=True) -%}
        {%- do statements.append(statement) -%}
    {%- endfor -%}
    {{ return(statements[0] if statements else '') }}
{% endmacro %}


{#- A value as a Spark SQL literal; backslashes are escapes there. -#}
{% macro spark_literal(value) %}
    {%- if value is none -%}{%- do return('null') -%}{%- endif -%}
    {%- set text = (value | string).replace('\\', '\\\\').replace("'", "\\'") -%}
    {%- do return("'" ~ text ~ "'") -%}
{% endmacro %}
