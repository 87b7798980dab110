{#- On-run-start: one view per declared source over the files of the selected deliveries.

    Every source column comes with the type that its YAML declares, whatever version of the export
    the files are; a source without a delivery is a typed empty view, so that the project builds
    with any subset of sources. Deliveries landed after the `as_of` day are left out, and so
    are those that were withdrawn by then. -#}
{% macro register_sources() %}
    {%- if execute and flags.WHICH in ['build', 'run', 'test', 'seed', 'snapshot', 'show', 'compile'] -%}
        {%- do run_query('create schema if not exists raw') -%}
        {%- set records = unit_economics.known_records() -%}
        {%- set deliveries = unit_economics.counted_deliveries(records) -%}
        {%- for source_node in graph.sources.values()
            if source_node.package_name == project_name and source_node.source_name != 'landing' -%}
            {%- do run_query(unit_economics.source_view_sql(source_node, deliveries)) -%}
        {%- endfor -%}
        {%- do run_query(unit_economics.delivery_log_view_sql(records | length > 0)) -%}
        {%- do run_query(unit_economics.deliveries_view_sql()) -%}
        {%- do run_query(unit_economics.scopes_view_sql(deliveries)) -%}
    {%- endif -%}
{% endmacro %}


{#- The manifest's records known by the end of the `as_of` day: deliveries and withdrawals. -#}
{% macro known_records() %}
    {%- set as_of = var('as_of') | string -%}
    {%- if as_of and not modules.re.fullmatch('[0-9]{4}-[0-9]{2}-[0-9]{2}', as_of) -%}
        {%- do exceptions.raise_compiler_error("as_of: '" ~ as_of ~ "' is not a day: write it as 2026-02-03") -%}
    {%- endif -%}
    {%- set known = [] -%}
    {%- if not unit_economics.file_exists(unit_economics.manifest_path()) -%}
        {%- do return([]) -%}
    {%- endif -%}
    {%- set manifest = "select line from " ~ unit_economics.lines_relation(unit_economics.manifest_path()) -%}
    {%- for row in run_query(manifest).rows if row['line'] -%}
        {%- set delivery = fromjson(row['line']) -%}
        {#- ISO text compares like time; a date stands for its whole UTC day -#}
        {%- if not as_of or delivery.landed_at[:as_of | length] <= as_of -%}
            {%- do known.append(delivery) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do return(known) -%}
{% endmacro %}


{#- The deliveries among the records that no record withdraws, oldest export first. -#}
{% macro counted_deliveries(records) %}
    {%- set withdrawn = records | selectattr('withdraws', 'defined') | map(attribute='withdraws') | list -%}
    {%- set counted = [] -%}
    {%- for record in records if record.withdraws is not defined and record.delivery_id not in withdrawn -%}
        {%- do counted.append(record) -%}
    {%- endfor -%}
    {%- do return(counted | sort(attribute='exported_at,landed_at,delivery_id')) -%}
{% endmacro %}


{% macro raw_root() %}
    {%- do return(env_var('RAW_ROOT', 'data/raw')) -%}
{% endmacro %}


{% macro manifest_path() %}
    {%- do return(unit_economics.raw_root() ~ '/_deliveries.jsonl') -%}
{% endmacro %}


{#- Text as a SQL string literal. -#}
{% macro sql_text(text) %}
    {%- do return("'" ~ (text | string).replace("'", "''") ~ "'" if text is not none
                  else 'cast(null as string)') -%}
{% endmacro %}


{% macro source_view_sql(source_node, deliveries) %}
    {%- set own = deliveries | selectattr('source', 'equalto', source_node.source_name)
        | selectattr('table', 'equalto', source_node.name) | list -%}
    {%- set columns = unit_economics.raw_columns(source_node) -%}
    create or replace view {{ source_node.schema }}.{{ source_node.identifier }} as
    {% if not own %}
    select
        {%- for column, data_type in columns %}
        cast(null as {{ data_type }}) as {{ adapter.quote(column) }}{{ ',' if not loop.last }}
        {%- endfor %}
    where false
    {%- endif %}
    {%- set ns = namespace(first=true) -%}
    {#- landed files with the same columns are read together -#}
    {%- set layouts = {} -%}
    {%- for delivery in own if delivery.storage == 'landed' -%}
        {%- do layouts.setdefault(delivery['columns'] | sort | join('|'), []).append(delivery) -%}
    {%- endfor -%}
    {%- for members in layouts.values() %}
    {{ 'union all' if not ns.first }}
    {%- set ns.first = false -%}
    {%- set present = members[0]['columns'] | map('lower') | list -%}
    {%- set paths = [] -%}
    {%- for delivery in members -%}
        {%- for path in delivery.paths -%}{%- do paths.append(unit_economics.raw_root() ~ '/' ~ path) -%}{%- endfor -%}
    {%- endfor %}
    select
        {%- for column, data_type in columns %}
        cast({{ adapter.quote(column) if column | lower in present else 'null' }} as {{ data_type }})
            as {{ adapter.quote(column) }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ unit_economics.parquet_relation(paths) }}
    {%- endfor -%}
    {%- for delivery in own if delivery.storage == 'in_place' -%}
        {%- for path in delivery.paths %}
        {%- set file_index = loop.index0 %}
    {{ 'union all' if not ns.first }}
    {%- set ns.first = false %}
    select
        {%- for column, data_type in columns %}
        cast({{ unit_economics.in_place_expression(column, delivery, path, file_index) }} as {{ data_type }})
            as {{ adapter.quote(column) }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ unit_economics.parquet_relation([path]) }}
        {%- endfor -%}
    {%- endfor -%}
{% endmacro %}


{#- (name, type) of every column of a raw view: the declared ones, or those of the mart that it was kept
    from, then those that landing adds. -#}
{% macro raw_columns(source_node) %}
    {%- set columns = [] -%}
    {%- set feed = source_node.config.meta.feed -%}
    {%- if source_node.config.meta.kept_from is defined -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model' and node.name == source_node.config.meta.kept_from
            and node.version == node.latest_version -%}
            {%- for column in node.columns.values() -%}{%- do columns.append((column.name, column.data_type)) -%}{%- endfor -%}
        {%- endfor -%}
        {%- do return(columns) -%}
    {%- endif -%}
    {%- for column in source_node.columns.values() if not column.name.startswith('_') -%}
        {%- do columns.append((column.name, column.data_type)) -%}
    {%- endfor -%}
    {%- if feed is not defined -%}{%- do return(columns) -%}{%- endif -%}
    {%- do columns.extend([('_extra', 'string'), ('_delivery_id', 'string'), ('_landed_at', 'timestamp'),
                           ('_source_file', 'string'), ('_row_number', 'bigint')]) -%}
    {%- if feed.delivery == 'replace' -%}
        {%- do columns.extend([('_scope_account', 'string'), ('_scope_project', 'string'),
                               ('_scope_date', 'date')]) -%}
    {%- endif -%}
    {%- do return(columns) -%}
{% endmacro %}


{#- What a Parquet file registered in place gives for a raw column: landing added nothing to it. -#}
{% macro in_place_expression(column, delivery, path, file_index) %}
    {%- set added = {
        '_delivery_id': unit_economics.sql_text(delivery.delivery_id),
        '_landed_at': unit_economics.sql_text(delivery.landed_at[:19].replace('T', ' ')),
        '_source_file': unit_economics.sql_text(path),
        '_row_number': unit_economics.parquet_row_number() ~ ' + ' ~ (file_index * 1000000000000),
        '_scope_account': (delivery.scope_sql or {}).get('account'),
        '_scope_project': (delivery.scope_sql or {}).get('project'),
        '_scope_date': (delivery.scope_sql or {}).get('date'),
    } -%}
    {%- if column in added -%}{%- do return(added[column]) -%}{%- endif -%}
    {%- set present = delivery['columns'] | map('lower') | list -%}
    {%- do return(adapter.quote(column) if column | lower in present else 'null') -%}
{% endmacro %}
