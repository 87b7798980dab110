{#- The manifest as a view: one row per selected delivery, ranked by when it was exported. -#}
{% macro deliveries_view_sql(deliveries) %}
    {%- set columns = [
        ('delivery_id', 'string'), ('source', 'string'), ('table', 'string'), ('mode', 'string'),
        ('exported_at', 'timestamp'), ('landed_at', 'timestamp'), ('format_version', 'string'),
        ('storage', 'string'), ('rows', 'bigint'), ('rows_quarantined', 'bigint'),
        ('period_start', 'date'), ('period_end', 'date'), ('content_sha256', 'string'),
    ] -%}
    {%- set names = {'source': 'source_name', 'table': 'table_name', 'mode': 'delivery_mode',
                     'rows': 'row_count', 'rows_quarantined': 'quarantined_row_count'} -%}
    create or replace view raw.landing__deliveries as
    {%- for delivery in deliveries %}
    {{ 'union all' if not loop.first }}
    select
        cast({{ loop.index }} as bigint) as delivery_rank,
        {%- for key, data_type in columns %}
        {%- set value = delivery[key] | string | replace('Z', '') | replace('T', ' ')
            if data_type == 'timestamp' and delivery[key] else delivery[key] %}
        cast({{ unit_economics.sql_text(value) }} as {{ data_type }}) as {{ names.get(key, key) }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    {%- else %}
    select
        cast(null as bigint) as delivery_rank,
        {%- for key, data_type in columns %}
        cast(null as {{ data_type }}) as {{ names.get(key, key) }}{{ ',' if not loop.last }}
        {%- endfor %}
    where false
    {%- endfor %}
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
