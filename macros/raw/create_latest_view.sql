{#- Post-hook of a versioned mart: its unsuffixed name is a view on the latest version. -#}
{% macro create_latest_view() %}
    {%- if model.version is not none and model.version == model.latest_version -%}
        create or replace view {{ this.schema }}.{{ model.name }} as select * from {{ this }}
    {%- endif -%}
{% endmacro %}
