{#- JSON of an Azure export, whose outer braces some exports leave out; NULL where it is no object. -#}
{% macro azure_json(column) -%}
case
    when substring(trim({{ column }}), 1, 1) = '{' then {{ column }}
    when substring(trim({{ column }}), 1, 1) = '"' then concat('{', {{ column }}, '}')
end
{%- endmacro %}


{#- Region of an Azure line in Azure's own short names: 'US East 2' and 'EU West' are older names of
    eastus2 and westeurope. -#}
{% macro azure_region_id(location) -%}
case
    when lower({{ location }}) like 'us %'
        then concat(
            replace(regexp_extract(lower({{ location }}), '^us ([a-z ]*[a-z])', 1), ' ', ''),
            'us',
            regexp_extract(lower({{ location }}), '([0-9]*)$', 1)
        )
    when lower({{ location }}) like 'eu %' then concat(substring(lower({{ location }}), 4), 'europe')
    else nullif(replace(lower({{ location }}), ' ', ''), '')
end
{%- endmacro %}
