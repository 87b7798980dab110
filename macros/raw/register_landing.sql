{#- The manifest as a view: one row per selected delivery, ranked by when it was exported. -#}
{% macro deliveries_view_sql(deliveries) %}
    {%- set columns = [
        ('delivery_id', 'delivery_id', 'string'), ('source', 'source_name', 'string'),
        ('table', 'table_name', 'string'), ('mode', 'delivery_mode', 'string'),
        ('exported_at', 'exported_at', 'timestamp'), ('landed_at', 'landed_at', 'timestamp'),
        ('format_version', 'format_version', 'string'), ('storage', 'storage', 'string'),
        ('rows', 'row_count', 'bigint'), ('rows_quarantined', 'quarantined_row_count', 'bigint'),
        ('period_start', 'period_start', 'date'), ('period_end', 'period_end', 'date'),
        ('content_sha256', 'content_sha256', 'string'),
    ] -%}
    {%- set as_of = var('as_of') | string -%}
    create or replace view raw.landing__deliveries as
    select
        row_number() over (order by exported_at, landed_at, delivery_id) as delivery_rank,
        read_lines.*
    from (
        select
            {%- for key, name, data_type in columns %}
            {%- if not deliveries %}
            cast(null as {{ data_type }}) as {{ name }}{{ ',' if not loop.last }}
            {%- elif data_type == 'timestamp' %}
            cast(replace({{ unit_economics.json_text('line', key) }}, 'Z', '') as timestamp) as {{ name }}
            {{- ',' if not loop.last }}
            {%- else %}
            cast({{ unit_economics.json_text('line', key) }} as {{ data_type }}) as {{ name }}
            {{- ',' if not loop.last }}
            {%- endif %}
            {%- endfor %}
        {%- if deliveries %}
        from {{ unit_economics.lines_relation(unit_economics.manifest_path()) }}
        where
            line <> ''
            {%- if as_of %}
            and substring({{ unit_economics.json_text('line', 'landed_at') }}, 1, {{ as_of | length }})
            <= '{{ as_of }}'
            {%- endif %}
        {%- else %}
        where false
        {%- endif %}
    ) as read_lines
{% endmacro %}


{#- What the selected deliveries of replace feeds cover: account × project × day, and whose bill it
    is where the feed is one provider's own (`bills` in the feed's YAML). -#}
{% macro scopes_view_sql(deliveries) %}
    {%- set bills = {} -%}
    {%- for source_node in graph.sources.values() if source_node.config.meta.feed is defined -%}
        {%- if source_node.config.meta.feed.bills is defined -%}
            {%- do bills.update({source_node.source_name ~ '.' ~ source_node.name:
                                 source_node.config.meta.feed.bills}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set paths = [] -%}
    {%- for delivery in deliveries if delivery.scopes_path -%}
        {%- do paths.append(unit_economics.raw_root() ~ '/' ~ delivery.scopes_path) -%}
    {%- endfor -%}
    create or replace view raw.landing__scopes as
    select
        {%- if paths %}
        delivery_id,
        source_name,
        table_name,
        case concat(source_name, '.', table_name)
            {%- for feed, provider in bills.items() %}
            when {{ unit_economics.sql_text(feed) }} then {{ unit_economics.sql_text(provider) }}
            {%- else %}
            when '' then ''
            {%- endfor %}
        end as billed_provider_id,
        scope_account,
        scope_project,
        scope_date
    from {{ unit_economics.parquet_relation(paths) }}
        {%- else %}
        cast(null as string) as delivery_id,
        cast(null as string) as source_name,
        cast(null as string) as table_name,
        cast(null as string) as billed_provider_id,
        cast(null as string) as scope_account,
        cast(null as string) as scope_project,
        cast(null as date) as scope_date
    where false
        {%- endif %}
{% endmacro %}
