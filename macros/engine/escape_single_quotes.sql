{#- A text between single quotes, as dbt writes fixtures of unit tests and comments of tables. dbt-spark escapes quotes and
    leaves backslashes, which Spark then takes for escapes: JSON with escaped quotes came out of a fixture as no
    JSON. Checked: 'say \"hi\"' comes out as it was written on Spark 4.3; DuckDB keeps dbt's own. -#}
{% macro spark__escape_single_quotes(expression) -%}
{{ expression | replace('\\', '\\\\') | replace("'", "\\'") }}
{%- endmacro %}
