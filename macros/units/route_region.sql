{#- The place that a route of the LiteLLM proxy names: bedrock/us-gov-west-1/..., azure/eu/...; NULL where it names none.
    The cheap look comes first: most routes are a provider and a model. -#}
{% macro route_region(route) -%}
case
    when {{ route }} like '%/%/%' or {{ route }} like '%-%-%/%'
        then nullif(
            concat(
                regexp_extract(
                    lower({{ route }}), '(^|/)((us|eu|ap|ca|sa|me|af|il|mx)-(gov-)?[a-z]+-[0-9])/', 2
                ),
                regexp_extract(lower({{ route }}), '^azure/(eu|us)/', 1)
            ),
            ''
        )
end
{%- endmacro %}
