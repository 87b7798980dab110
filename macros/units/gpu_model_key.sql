{#- The GPU in a product name, in one spelling: 'NVIDIA A100-SXM4-80GB', 'a100' and 'Tesla A100' are all
    'A100'; a name without a known GPU is itself in upper case. -#}
{% macro gpu_model_key(name) -%}
coalesce(
    nullif(
        regexp_extract(
            upper({{ name }}),
            '(GB300|GB200|B300|B200|GH200|H200|H100|H800|H20|A100|A800|A10G|A10|A40|A30|L40S|L40|L4|T4G|T4|V100|P100|P4|K80|M60|MI355X|MI325X|MI300X|MI250X|GAUDI3|GAUDI2|RADEON|V5E|V5P|V6E|TRAINIUM3|TRAINIUM2|TRAINIUM|INFERENTIA2|INFERENTIA)',
            1
        ),
        ''
    ),
    upper({{ name }})
)
{%- endmacro %}
