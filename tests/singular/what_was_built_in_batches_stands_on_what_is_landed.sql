-- The guard of builds in batches: it fails with the command to run when a day or month was built
-- from other deliveries, prices or SQL than there are now. A full build leaves nothing stale.
{%- if execute and flags.WHICH in ['build', 'test'] %}
    {%- set stale = run_query(
        'select batch_size, count(*) as batches, min(batch_start_date) as first_date, '
        ~ 'max(batch_start_date) as last_date from ' ~ ref('int_stale_batches')
        ~ ' group by batch_size order by batch_size'
    ).rows %}
    {%- if stale | length > 0 %}
        {#- days first: what follows them by months is built with them #}
        {%- set first_date = stale[0]['first_date'] | string %}
        {%- set last_date = modules.datetime.date.fromisoformat((stale[0]['last_date'] | string)[:10]) %}
        {{ exceptions.raise_compiler_error(
            stale[0]['batches'] ~ ' ' ~ stale[0]['batch_size'] ~ '(s) were built from other inputs than '
            ~ "there are now. Run: dbt build --vars 'microbatch: true'"
            ~ (' --select config.batch_size:month+' if stale[0]['batch_size'] == 'month' else '')
            ~ ' --event-time-start ' ~ first_date[:10]
            ~ ' --event-time-end ' ~ (last_date + modules.datetime.timedelta(days=1))
            ~ ' (or, to build those alone: python scripts/rebuild_changed.py --run)'
        ) }}
    {%- endif %}
{%- endif %}
select * from {{ ref('int_stale_batches') }}
