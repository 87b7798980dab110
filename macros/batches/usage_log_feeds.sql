{#- The feeds whose rows are added to: (source, table, days beside a delivery that it may change). Feeds of
    logs are large, so that a changed day is told by its deliveries. -#}
{% macro usage_log_feeds() -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() | sort(attribute='unique_id')
            if node.package_name == project_name and node.config.meta.token_semantics is defined
            and node.config.meta.feed.delivery == 'append' -%}
            {%- do found.append((node.source_name, node.name, node.config.meta.neighbour_days or 0)) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}
