-- One row per time bucket × group of OpenAI's moderations usage report: input tokens.
with source as (
    select * from {{ source('openai', 'usage_moderations') }}
),

current_rows as (
    {{ current_rows('source', 'openai', 'usage_moderations') }}
),

renamed as (
    select
        {{ openai_bucket('usage_moderations') }},

        ---------- what
        model as model_name,
        input_tokens as input_uncached_tokens,
        input_tokens as reported_input_tokens
    from current_rows
    -- the platform's CSV export has a row with nothing but times for a day without usage
    where input_tokens is not null
)

select * from renamed
