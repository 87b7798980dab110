-- One row per time bucket × group of OpenAI's file search usage report: calls.
with source as (
    select * from {{ source('openai', 'usage_file_searches') }}
),

current_rows as (
    {{ current_rows('source', 'openai', 'usage_file_searches') }}
),

renamed as (
    select
        {{ openai_bucket('usage_file_searches', counts_requests=false) }},

        ---------- what
        -- no model is named: the tool itself is what is priced
        'file_search' as model_name,
        {{ json_object({'vector_store_id': 'vector_store_id'}) }} as tags,
        num_requests as file_search_calls
    from current_rows
    -- the platform's CSV export has a row with nothing but times for a day without usage
    where num_requests is not null
)

select * from renamed
