-- One row per time bucket × group of OpenAI's transcription usage report: seconds.
with source as (
    select * from {{ source('openai', 'usage_audio_transcriptions') }}
),

current_rows as (
    {{ current_rows('source', 'openai', 'usage_audio_transcriptions') }}
),

renamed as (
    select
        {{ openai_bucket('usage_audio_transcriptions') }},

        ---------- what
        model as model_name,
        seconds as audio_seconds
    from current_rows
    -- the platform's CSV export has a row with nothing but times for a day without usage
    where seconds is not null
)

select * from renamed
