-- One row per time bucket × project of OpenAI's code interpreter usage report: sessions.
with source as (
    select * from {{ source('openai', 'usage_code_interpreter_sessions') }}
),

current_rows as (
    {{ current_rows('source', 'openai', 'usage_code_interpreter_sessions') }}
),

renamed as (
    select
        {{ openai_bucket(
            'usage_code_interpreter_sessions', names_key=false, counts_requests=false
        ) }},

        ---------- what
        -- no model is named: the tool itself is what is priced
        'code_interpreter' as model_name,
        num_sessions as sessions
    from current_rows
    -- the platform's CSV export has a row with nothing but times for a day without usage
    where num_sessions is not null
)

select * from renamed
