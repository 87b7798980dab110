{#- On-run-end: what a failed rows_follow_rules test found, each broken sentence with its number of rows. -#}
{% macro say_broken_rules(results) %}
    {%- for result in results
        if result.status in ['fail', 'warn'] and result.node.test_metadata.name == 'rows_follow_rules' -%}
        {%- for row in run_query(result.node.compiled_code).rows -%}
            {%- do print(result.node.name ~ ': not so in ' ~ row['broken_rows'] ~ ' rows: ' ~ row['rule_sentence']) -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}
