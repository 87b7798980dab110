-- One row per time bucket × group of OpenAI's images usage report: images by size.
-- The quality, on which most prices depend too, is not in the report.
with source as (
    select * from {{ source('openai', 'usage_images') }}
),

current_rows as (
    {{ current_rows('source', 'openai', 'usage_images') }}
),

renamed as (
    select
        {{ openai_bucket('usage_images') }},

        ---------- what
        model as model_name,
        lower(size) as meter_variant,
        {{ json_object({'source': 'source'}) }} as tags,
        images
    from current_rows
    -- the platform's CSV export has a row with nothing but times for a day without usage
    where images is not null
)

select * from renamed
