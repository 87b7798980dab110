{#- Stops a test with the command that builds the stale batches of a relation; does nothing where there are none.
    Days come first: the months that follow from them are built with them. -#}
{% macro refuse_stale_batches(stale_batches) -%}
    {%- if not execute or flags.WHICH not in ['build', 'test'] -%}{{ return('') }}{%- endif -%}
    {%- set stale = run_query(
        'select batch_size, count(*) as batches, min(batch_start_date) as first_date, '
        ~ 'max(batch_start_date) as last_date from ' ~ stale_batches
        ~ ' group by batch_size order by batch_size'
    ).rows -%}
    {%- if stale | length == 0 -%}{{ return('') }}{%- endif -%}
    {%- set batch_size = stale[0]['batch_size'] -%}
    {%- set last_date = modules.datetime.date.fromisoformat((stale[0]['last_date'] | string)[:10]) -%}
    {{ exceptions.raise_compiler_error(
        stale[0]['batches'] ~ ' ' ~ batch_size ~ "(s) were built from other inputs than there are now. Run: "
        ~ "dbt build --vars 'microbatch: true'"
        ~ (' --select config.batch_size:month+' if batch_size == 'month' else '')
        ~ ' --event-time-start ' ~ (stale[0]['first_date'] | string)[:10]
        ~ ' --event-time-end ' ~ (last_date + modules.datetime.timedelta(days=1))
        ~ ' (or, to build those alone: python scripts/rebuild_changed.py --run)'
    ) }}
{%- endmacro %}
