{#- JSON object text of {key: SQL expression of a text}; a NULL is left out, and no key at all is NULL.
    Built from text because the engines' own functions differ; chr(92) is the backslash, which means
    something else inside a literal on Spark. -#}
{% macro json_object(pairs) -%}
{%- set backslash = 'chr(92)' -%}
nullif(
    concat('{', concat_ws(',',
        {%- for key, expression in pairs.items() %}
        case when {{ expression }} is not null then concat(
            '"{{ key }}":"',
            replace(
                replace({{ expression }}, {{ backslash }}, concat({{ backslash }}, {{ backslash }})),
                '"', concat({{ backslash }}, '"')
            ),
            '"'
        ) end{{ ',' if not loop.last }}
        {%- endfor %}
    ), '}'),
    '{}'
)
{%- endmacro %}
