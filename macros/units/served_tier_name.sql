{#- Service tier in which a provider says it answered. Its words for the plain one are many: OpenAI's default and
    auto, Anthropic's standard_only, Groq's and Gemini's on_demand. -#}
{% macro served_tier_name(tier) -%}
{#- not `in (...)`: of a longer list DuckDB makes a join -#}
case lower({{ tier }})
    when '' then 'standard'
    when 'default' then 'standard'
    when 'auto' then 'standard'
    when 'standard_only' then 'standard'
    when 'on_demand' then 'standard'
    when 'on_demand_priority' then 'priority'
    when 'on_demand_flex' then 'flex'
    when 'provisioned_throughput' then 'provisioned'
    else coalesce(lower({{ tier }}), 'standard')
end
{%- endmacro %}
