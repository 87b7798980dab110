-- One row per time bucket × group of OpenAI's speech usage report: characters.
with source as (
    select * from {{ source('openai', 'usage_audio_speeches') }}
),

current_rows as (
    {{ current_rows('source', 'openai', 'usage_audio_speeches') }}
),

renamed as (
    select
        {{ openai_bucket('usage_audio_speeches') }},

        ---------- what
        model as model_name,
        characters
    from current_rows
    -- the platform's CSV export has a row with nothing but times for a day without usage
    where characters is not null
)

select * from renamed
