-- One row per row of the log that a later version of its request replaces.
{%- set logged_usage %}coalesce(
    {{ json_text('metadata', 'usage_object') }}, {{ json_text('metadata', 'additional_usage_values') }}
){% endset %}
with superseded as (
    {{ superseded_rows(
        source('litellm', 'spend_logs'),
        ['request_id'],
        [
            'updated_at',
            'coalesce(' ~ json_bigint(logged_usage, 'prompt_tokens') ~ ', prompt_tokens, 0) + coalesce('
            ~ json_bigint(logged_usage, 'completion_tokens') ~ ', completion_tokens, 0)',
            '_landed_at', '_delivery_id', '_row_number',
        ],
        also=['startTime'],
    ) }}
)

select
    cast(startTime as date) as usage_date,
    _delivery_id,
    _row_number
from superseded
