{#- A machine type as seed gpu_instances spells it, whoever names it: ml.p4d.24xlarge (SageMaker) is
    p4d.24xlarge, Standard_NC24ads_A100_v4 and "NC24ads A100 v4" (Azure) are nc24ads_a100_v4. -#}
{% macro instance_type_key(instance_type) -%}
regexp_replace(replace(lower(trim({{ instance_type }})), ' ', '_'), '^(ml[.]|standard_)', '')
{%- endmacro %}
