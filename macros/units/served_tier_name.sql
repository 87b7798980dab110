{#- Service tier in which a provider says it answered. Its words for the plain one are many: OpenAI's default and
    auto, Anthropic's standard_only, Groq's and Gemini's on_demand. -#}
{% macro served_tier_name(tier) -%}
case
    when lower({{ tier }}) in ('', 'default', 'auto', 'standard_only', 'on_demand') then 'standard'
    when lower({{ tier }}) = 'on_demand_priority' then 'priority'
    when lower({{ tier }}) = 'on_demand_flex' then 'flex'
    when lower({{ tier }}) = 'provisioned_throughput' then 'provisioned'
    else coalesce(lower({{ tier }}), 'standard')
end
{%- endmacro %}
