{#- A service tier under the name that its prices have: OpenAI renamed `priority` to `fast` on 2026-07-30 and
    accepts both, which elsewhere (Anthropic) is a tier of its own. -#}
{% macro current_tier_name(provider_id, service_tier) -%}
case
    when {{ provider_id }} in ('openai', 'microsoft') and {{ service_tier }} = 'fast' then 'priority'
    else {{ service_tier }}
end
{%- endmacro %}
