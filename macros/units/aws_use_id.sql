{#- Key of what a line of a Cost and Usage Report is for: the columns that stg_aws__usage_types reads. A
    report has few distinct ones, so that they are understood once and joined by this key. -#}
{% macro aws_use_id() -%}
{{ unit_economics.hash_key([
    'line_item_product_code', 'line_item_usage_type', 'line_item_line_item_description', 'pricing_unit',
    'product', 'product_product_name', 'product_instance_type', 'product_volume_api_name',
    'product_region_code', 'product_region', 'product_to_region_code',
]) }}
{%- endmacro %}
