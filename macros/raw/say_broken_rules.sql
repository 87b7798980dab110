{#- On-run-end: what failed tests of rows_follow_rules found, each broken sentence with its number of rows. -#}
{% macro say_broken_rules(results) %}
    {%- for result in results
        if result.status in ['fail', 'warn'] and result.node.test_metadata is defined
        and result.node.test_metadata.name == 'rows_follow_rules' -%}
        {%- for row in run_query(result.node.compiled_code).rows -%}
            {%- do print(result.node.name ~ ': ' ~ row['broken_rows'] ~ ' rows break "' ~ row['rule_sentence'] ~ '"') -%}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}
