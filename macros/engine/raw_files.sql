{#- Lines of a text file as a relation with one column `line` (a FROM clause). Checked: DuckDB with an
    empty and a filled file. Spark passes over files whose names begin with _ (one warning, no rows),
    so landing links the manifest under a second name there. -#}
{% macro lines_relation(path) %}
    {%- do return(adapter.dispatch('lines_relation', 'unit_economics')(path)) -%}
{% endmacro %}

{% macro default__lines_relation(path) -%}
    (
        select cast(json as string) as line
        from read_json_objects({{ unit_economics.sql_text(path) }}, format = 'newline_delimited')
    ) as lines
{%- endmacro %}

{% macro spark__lines_relation(path) -%}
    (select value as line from text.`{{ path.replace('/_deliveries', '/deliveries') }}`) as lines
{%- endmacro %}


{#- Whether a file exists. Spark has no SQL to ask, so there something must have been landed. -#}
{% macro file_exists(path) %}
    {%- do return(adapter.dispatch('file_exists', 'unit_economics')(path)) -%}
{% endmacro %}

{% macro default__file_exists(path) %}
    {%- set found = run_query("select count(*) as files from glob(" ~ unit_economics.sql_text(path) ~ ")") -%}
    {%- do return(found.rows[0]['files'] > 0) -%}
{% endmacro %}

{% macro spark__file_exists(path) %}
    {%- do return(true) -%}
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
    ], hive_partitioning = false)
{%- endmacro %}

{#- One glob instead of a union: the metastore that comes with Spark keeps view texts up to 32,700
    characters (seen: a union over 56 deliveries is longer). -#}
{% macro spark__parquet_relation(paths) -%}
    {%- set root = unit_economics.raw_root() ~ '/' -%}
    {%- set below = [] -%}
    {%- for path in paths if path.startswith(root) -%}
        {%- do below.append(path[root | length:]) -%}
    {%- endfor -%}
    {%- if paths | length > 1 and below | length == paths | length -%}
    parquet.`{{ root }}{{ '{' }}{{ below | join(',') }}{{ '}' }}`
    {%- elif paths | length > 1 -%}
    parquet.`{{ '{' }}{{ paths | join(',') }}{{ '}' }}`
    {%- else -%}
    parquet.`{{ paths[0] }}`
    {%- endif -%}
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
