-- One row per row of the log that a later version of its request replaces.
-- Few requests are logged twice: they are found by a narrow key first, and only they are ranked.
{%- set logged_usage %}coalesce(
                        {{ json_text('logs.metadata', 'usage_object') }},
                        {{ json_text('logs.metadata', 'additional_usage_values') }}
                    ){% endset %}
with
-- Two ids may share a hash: that costs a look at both and nothing else. Both steps read the raw
-- view, because DuckDB would hold a CTE that is read twice in memory.
repeated_hashes as (
    select {{ hash_number(['request_id']) }} as request_hash
    from {{ source('litellm', 'spend_logs') }}
    group by request_hash
    having count(*) > 1
),

ranked as (
    select
        logs._delivery_id,
        logs._row_number,
        cast(logs.startTime as date) as usage_date,
        row_number() over (
            partition by logs.request_id
            order by
                logs.updated_at desc nulls last,
                coalesce(
                    {{ json_bigint(logged_usage, 'prompt_tokens') }}, logs.prompt_tokens, 0
                ) + coalesce(
                    {{ json_bigint(logged_usage, 'completion_tokens') }}, logs.completion_tokens, 0
                ) desc,
                logs._landed_at desc nulls last,
                logs._delivery_id desc nulls last,
                logs._row_number desc nulls last
        ) as version_rank
    from {{ source('litellm', 'spend_logs') }} as logs
    inner join repeated_hashes
        on {{ hash_number(['logs.request_id']) }} = repeated_hashes.request_hash
)

select
    usage_date,
    _delivery_id,
    _row_number
from ranked
where version_rank > 1
