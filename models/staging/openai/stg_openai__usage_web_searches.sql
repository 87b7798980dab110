-- One row per time bucket × group of OpenAI's web search usage report: calls by context size.
with source as (
    select * from {{ source('openai', 'usage_web_searches') }}
),

current_rows as (
    {{ current_rows('source', 'openai', 'usage_web_searches') }}
),

renamed as (
    select
        {{ openai_bucket('usage_web_searches', counts_requests=false) }},

        ---------- what
        model as model_name,
        lower(context_level) as meter_variant,
        num_requests as web_search_calls
    from current_rows
    -- the platform's CSV export has a row with nothing but times for a day without usage
    where num_requests is not null
)

select * from renamed
