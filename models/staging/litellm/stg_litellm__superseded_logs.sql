-- One row per row of the log that a later version of its request replaces.
with versions as (
    {{ repeated_rows(
        source('litellm', 'spend_logs'),
        ['request_id'],
        [
            'updated_at', 'coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0)',
            '_landed_at', '_delivery_id', '_row_number',
        ],
        also=['startTime'],
    ) }}
)

select
    cast(startTime as date) as usage_date,
    _delivery_id as delivery_id,
    _row_number as delivery_row_number
from versions
where version_rank > 1
