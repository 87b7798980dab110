-- One row per OpenAI project × UTC day: what its vector stores held, in byte-hours.
with source as (
    select * from {{ source('openai', 'usage_vector_stores') }}
),

current_rows as (
    {{ current_rows('source', 'openai', 'usage_vector_stores') }}
),

-- OpenAI does not say whether usage_bytes is a level or a mean of its bucket; for both, bytes × the
-- length of the bucket are what was held
held as (
    select
        _delivery_id,
        coalesce(organization_id, '(default)') as account_id,
        project_id,
        cast(start_time as date) as usage_date,
        usage_bytes,
        {{ days_between('cast(start_time as date)', 'cast(end_time as date)') }} * 86400
        + {{ seconds_of_day('end_time') }} - {{ seconds_of_day('start_time') }} as bucket_seconds
    from current_rows
    where usage_bytes is not null
),

daily as (
    select
        account_id,
        project_id,
        usage_date,
        max(_delivery_id) as delivery_id,
        cast(sum(cast(usage_bytes as decimal(19, 0)) * bucket_seconds) as decimal(26, 0))
            as byte_seconds
    from held
    group by account_id, project_id, usage_date
),

renamed as (
    select
        concat_ws('/', account_id, coalesce(project_id, '(all)'), cast(usage_date as string))
            as storage_usage_id,
        'openai.usage_vector_stores' as storage_usage_source,
        delivery_id,
        concat_ws('/', 'vector_stores', account_id, coalesce(project_id, '(all)')) as dataset_id,
        usage_date,
        'openai' as provider_id,
        account_id,
        'vector_store' as storage_class,
        {{ json_object({'project_id': 'project_id'}) }} as tags,
        -- exact for buckets of hours, cut to a thousandth of a byte-hour for buckets of minutes
        cast(
            cast({{ whole_share('byte_seconds', '1000', '3600') }} as decimal(30, 0))
            * cast(0.001 as decimal(4, 3)) as decimal(38, 12)
        ) as byte_hours
    from daily
)

select * from renamed
