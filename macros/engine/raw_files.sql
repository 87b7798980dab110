{#- Lines of a JSONL file as rows with one column `line`; no rows when the file does not exist.
    Checked: DuckDB with an absent, an empty and a filled file. Spark passes over files whose names
    begin with _ (one warning, no rows), so landing links the manifest under a second name; Spark has
    no SQL to ask whether a file exists, so something must have been landed. -#}
{% macro manifest_lines(path) %}
    {%- do return(adapter.dispatch('manifest_lines', 'unit_economics')(path)) -%}
{% endmacro %}

{% macro default__manifest_lines(path) %}
    {%- set found = run_query("select count(*) as files from glob(" ~ unit_economics.sql_text(path) ~ ")") -%}
    {%- if found.rows[0]['files'] == 0 -%}{%- do return([]) -%}{%- endif -%}
    {%- do return(run_query(
        "select cast(json as varchar) as line from read_json_objects("
        ~ unit_economics.sql_text(path) ~ ", format = 'newline_delimited')").rows) -%}
{% endmacro %}

{% macro spark__manifest_lines(path) %}
    {%- do return(run_query("select value as line from text.`" ~ path.replace('/_deliveries', '/deliveries') ~ "` where value <> ''").rows) -%}
{% endmacro %}


{#- A relation over Parquet files (a FROM clause). -#}
{% macro parquet_relation(paths) %}
    {%- do return(adapter.dispatch('parquet_relation', 'unit_economics')(paths)) -%}
{% endmacro %}

{% macro default__parquet_relation(paths) -%}
    read_parquet([
        {%- for path in paths %}
        {{ unit_economics.sql_text(path) }}{{ ',' if not loop.last }}
        {%- endfor %}
    ])
{%- endmacro %}

{% macro spark__parquet_relation(paths) -%}
    (
        {%- for path in paths %}
        {{ 'union all ' if not loop.first }}select * from parquet.`{{ path }}`
        {%- endfor %}
    )
{%- endmacro %}


{#- 1-based position of a row in its Parquet file, for files registered in place. -#}
{% macro parquet_row_number() %}
    {%- do return(adapter.dispatch('parquet_row_number', 'unit_economics')()) -%}
{% endmacro %}

{% macro default__parquet_row_number() %}
    {%- do return('file_row_number + 1') -%}
{% endmacro %}

{% macro spark__parquet_row_number() %}
    {%- do return('_metadata.row_index + 1') -%}
{% endmacro %}
