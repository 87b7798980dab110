{#- Provider that bills a call through OpenRouter: with a key of one's own the provider that served it bills
    the company itself. -#}
{% macro openrouter_payer(call, provider_names) -%}
case
    when {{ call }}.has_own_key
        then coalesce(
            {{ provider_names }}.provider_id, replace({{ call }}.provider_name, ' ', '_')
        )
    else 'openrouter'
end
{%- endmacro %}
