{#- A model's name in lower case without the date of its snapshot: gpt-5-mini-2025-08-07, -20250807,
    @20250807 and -latest stand for gpt-5-mini. -#}
{% macro undated_model_name(name) -%}
regexp_replace(
    lower({{ name }}), '([-@][0-9]{8}|-[0-9]{4}-[0-9]{2}-[0-9]{2}|-latest)$', ''
)
{%- endmacro %}
