{#- What each declared source of token usage counts, as select statements: one per source, or one per
    dialect or version of it (`config.meta.token_semantics` of the source tables). -#}
{% macro usage_source_semantics() %}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() | sort(attribute='unique_id') if node.package_name == project_name -%}
            {%- set semantics = (node.config.get('meta') or {}).get('token_semantics') -%}
            {%- if semantics -%}
                {%- for dialect in semantics.get('versions', [semantics]) -%}
                    {%- do found.append((node.source_name ~ '.' ~ node.name, semantics, dialect)) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for usage_source, semantics, dialect in found %}
    {{ 'union all' if not loop.first }}
    select
        cast({{ unit_economics.sql_text(usage_source) }} as string) as usage_source,
        cast({{ unit_economics.sql_text(dialect.get('when', 'always')) }} as string) as applies_to,
        {{ dialect.get('input_includes_cache', semantics.input_includes_cache) | lower }} as input_includes_cache,
        {{ dialect.get('output_includes_reasoning', semantics.output_includes_reasoning) | lower }}
            as output_includes_reasoning
    {%- else %}
    select
        cast(null as string) as usage_source,
        cast(null as string) as applies_to,
        cast(null as boolean) as input_includes_cache,
        cast(null as boolean) as output_includes_reasoning
    where false
    {%- endfor %}
{% endmacro %}
