-- One row per run of a Slurm job that held GPUs; a requeued job has a row per start.
-- Steps (.batch, .extern, .0) run inside their job and are left out.
{%- set most_gpu_types = 8 %}
with source as (
    select * from {{ source('slurm', 'sacct') }}
),

deliveries as (
    select * from {{ source('landing', 'deliveries') }}
),

runs as (
    select * from source
    where position('.' in job_id) = 0 and start_at is not null
),

latest_rows as (
    {{ latest_per_key('runs', ['cluster', 'job_id', 'start_at'], [
        '_landed_at', '_delivery_id', '_row_number',
    ]) }}
),

exported as (
    select
        latest_rows.*,
        deliveries.exported_at
    from latest_rows
    left join deliveries
        on latest_rows._delivery_id = deliveries.delivery_id
),

read_texts as (
    select
        *,
        case
            -- a printed zone or a unix time was turned into UTC when landing
            when
                regexp_extract(
                    start_text, '^[0-9.]+$|[0-9]:[0-9.]+ ?(Z|[+-][0-9]{2}:?[0-9]{2})$', 0
                ) <> ''
                then 0
            else coalesce(utc_offset_minutes, 0)
        end as minutes_ahead,
        coalesce(
            elapsed_seconds,
            {%- for seconds, pattern in [
                (86400, '^([0-9]+)-'), (3600, '([0-9]+):[0-9]+:[0-9]+'),
            ] %}
                {{ seconds }} * coalesce(
                    try_cast(regexp_extract(elapsed_text, '{{ pattern }}', 1) as bigint), 0
                ) +
            {%- endfor %}
            60 * try_cast(regexp_extract(elapsed_text, '([0-9]+):[0-9]+$', 1) as bigint)
            + try_cast(regexp_extract(elapsed_text, ':([0-9]+)$', 1) as bigint)
        ) as stated_seconds,
        try_cast(regexp_extract(alloc_tres, '(^|,)gres/gpu=([0-9]+)', 2) as bigint)
            as untyped_gpus,
        regexp_extract_all(alloc_tres, 'gres/gpu:([^=,]+)=([0-9]+)', 1) as gpu_types,
        regexp_extract_all(alloc_tres, 'gres/gpu:([^=,]+)=([0-9]+)', 2) as gpus_by_type
    from exported
),

in_utc as (
    select
        *,
        start_at - interval 1 minute * minutes_ahead as started_at,
        coalesce(
            end_at - interval 1 minute * minutes_ahead,
            (start_at - interval 1 minute * minutes_ahead) + interval 1 second * stated_seconds,
            -- still running, and the export does not say for how long
            exported_at
        ) as ended_at,
        -- gres/gpu=8 and gres/gpu:a100=8 are the same eight GPUs
        coalesce(
            untyped_gpus,
            {%- for position in range(1, most_gpu_types + 1) %}
                {{ '+ ' if not loop.first -}}
                coalesce(try_cast({{ list_item('gpus_by_type', position) }} as bigint), 0)
            {%- endfor %}
        ) as gpu_count
    from read_texts
),

timed as (
    select
        *,
        greatest(
            coalesce(
                stated_seconds,
                {{ days_between('cast(started_at as date)', 'cast(ended_at as date)') }} * 86400
                + {{ seconds_of_day('ended_at') }} - {{ seconds_of_day('started_at') }}
            ),
            0
        ) as run_seconds
    from in_utc
    where gpu_count > 0
),

renamed as (
    select
        {{ hash_key(['cluster', 'job_id', 'start_at']) }} as gpu_usage_id,
        'slurm.sacct' as gpu_usage_source,
        _delivery_id as delivery_id,

        ---------- who
        lower(provider_id) as provider_id,
        account_id,
        slurm_account as project_id,
        user_name as credential_id,
        cluster as cluster_id,
        case
            when {{ list_item('gpu_types', 2) }} is null
                then upper({{ list_item('gpu_types', 1) }})
        end as gpu_model,
        concat('job:', coalesce(job_id_raw, job_id)) as activity_key,
        {{ json_object({
            'job_id': 'job_id', 'job_name': 'job_name', 'partition': 'partition_name',
            'qos': 'qos', 'wckey': 'wckey',
        }) }} as tags,

        ---------- when
        started_at,
        ended_at,
        cast(started_at as date) as usage_date,

        ---------- how much
        cast(gpu_count as decimal(38, 12)) as gpu_count,
        cast(gpu_count * run_seconds as decimal(38, 12)) as gpu_seconds_held,
        false as is_idle
    from timed
)

select * from renamed
