{#- The manifest as a view: one row per delivery known by the end of the `as_of` day, ranked by when it
    was exported; a withdrawn one says when and why. -#}
{% macro delivery_log_view_sql(has_records) %}
    {%- set columns = [
        ('delivery_id', 'delivery_id', 'string'), ('source', 'source_name', 'string'),
        ('table', 'table_name', 'string'), ('mode', 'delivery_mode', 'string'),
        ('exported_at', 'exported_at', 'timestamp'), ('landed_at', 'landed_at', 'timestamp'),
        ('format_version', 'format_version', 'string'), ('storage', 'storage', 'string'),
        ('rows', 'row_count', 'bigint'), ('rows_quarantined', 'quarantined_row_count', 'bigint'),
        ('period_start', 'period_start', 'date'), ('period_end', 'period_end', 'date'),
        ('content_sha256', 'content_sha256', 'string'),
    ] -%}
    create or replace view raw.landing__delivery_log as
    select
        row_number() over (order by exported_at, landed_at, delivery_id) as delivery_rank,
        read_lines.*,
        withdrawals.withdrawn_at,
        withdrawals.withdrawn_because
    from (
        select
            {%- for key, name, data_type in columns %}
            {{ unit_economics.manifest_value(has_records, key, data_type) }} as {{ name }}
            {{- ',' if not loop.last }}
            {%- endfor %}
        {{ unit_economics.manifest_lines_sql(has_records, false) }}
    ) as read_lines
    left join (
        select
            {{ unit_economics.manifest_value(has_records, 'withdraws', 'string') }} as withdrawn_id,
            {{ unit_economics.manifest_value(has_records, 'landed_at', 'timestamp') }} as withdrawn_at,
            {{ unit_economics.manifest_value(has_records, 'why', 'string') }} as withdrawn_because
        {{ unit_economics.manifest_lines_sql(has_records, true) }}
    ) as withdrawals
        on read_lines.delivery_id = withdrawals.withdrawn_id
{% endmacro %}


{#- The deliveries that count: those of the log that were not withdrawn. -#}
{% macro deliveries_view_sql() %}
    create or replace view raw.landing__deliveries as
    select * from raw.landing__delivery_log
    where withdrawn_at is null
{% endmacro %}


{#- A value of a manifest line; a typed NULL where there is no manifest. -#}
{% macro manifest_value(has_records, key, data_type) -%}
    {%- if not has_records -%}
    cast(null as {{ data_type }})
    {%- elif data_type == 'timestamp' -%}
    cast(replace({{ unit_economics.json_text('line', key) }}, 'Z', '') as timestamp)
    {%- else -%}
    cast({{ unit_economics.json_text('line', key) }} as {{ data_type }})
    {%- endif -%}
{%- endmacro %}


{#- From and where of the manifest's lines known by the end of the `as_of` day: those of withdrawals, or
    all others. -#}
{% macro manifest_lines_sql(has_records, are_withdrawals) -%}
    {%- set as_of = var('as_of') | string -%}
    {%- if not has_records -%}
        where false
    {%- else -%}
        from {{ unit_economics.lines_relation(unit_economics.manifest_path()) }}
        where
            line <> ''
            and {{ unit_economics.json_text('line', 'withdraws') }} is {{ 'not ' if are_withdrawals }}null
            {%- if as_of %}
            and substring({{ unit_economics.json_text('line', 'landed_at') }}, 1, {{ as_of | length }})
            <= '{{ as_of }}'
            {%- endif %}
    {%- endif -%}
{%- endmacro %}


{#- What the selected deliveries of replace feeds cover: account × project × day, and whose bill it
    is where the feed is one provider's own (`bills` in the feed's YAML). -#}
{% macro scopes_view_sql(deliveries) %}
    {%- set bills = {} -%}
    {%- set grains = {} -%}
    {%- for source_node in graph.sources.values() if source_node.config.meta.feed is defined -%}
        {%- if source_node.config.meta.feed.bills is defined -%}
            {%- do bills.update({source_node.source_name ~ '.' ~ source_node.name:
                                 source_node.config.meta.feed.bills}) -%}
        {%- endif -%}
        {%- if (source_node.config.meta.feed.scope or {}).grain == 'month' -%}
            {%- do grains.update({source_node.source_name ~ '.' ~ source_node.name: 'month'}) -%}
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
        case concat(source_name, '.', table_name)
            {%- for feed, grain in grains.items() %}
            when {{ unit_economics.sql_text(feed) }} then {{ unit_economics.sql_text(grain) }}
            {%- endfor %}
            when '' then ''
            else 'day'
        end as scope_grain,
        scope_account,
        scope_project,
        scope_date
    from {{ unit_economics.parquet_relation(paths) }}
        {%- else %}
        cast(null as string) as delivery_id,
        cast(null as string) as source_name,
        cast(null as string) as table_name,
        cast(null as string) as billed_provider_id,
        cast(null as string) as scope_grain,
        cast(null as string) as scope_account,
        cast(null as string) as scope_project,
        cast(null as date) as scope_date
    where false
        {%- endif %}
{% endmacro %}
