-- One row per observation of a trace that holds several calls: its last version, tokens and parent.
{%- set keys = langfuse_usage_keys() %}
{%- set not_tokens = [] %}
{%- for meter in keys if not meter.startswith('input_') and not meter.startswith('output_') %}
    {%- do not_tokens.extend(keys[meter].spellings) %}
{%- endfor %}
with source as (
    select
        id,
        coalesce(project_id, '') as project_id,
        coalesce(trace_id, '') as trace_id,
        nullif(parent_observation_id, '') as parent_id,
        upper(type) as type,
        is_deleted,
        usage_details,
        coalesce(
            {{ json_bigint('usage', 'total') }}, total_tokens,
            {{ json_bigint('usage', 'input') }}, prompt_tokens
        ) as older_tokens,
        coalesce(event_ts, updated_at, _landed_at) as version_at,
        _landed_at,
        _delivery_id,
        _row_number
    from {{ source('langfuse', 'observations') }}
),

mapped as (
    select
        *,
        {{ json_map("replace(usage_details, chr(39), '\"')") }} as usage_map
    from source
),

counted as (
    select
        id,
        project_id,
        trace_id,
        parent_id,
        type,
        is_deleted,
        version_at,
        _landed_at,
        _delivery_id,
        _row_number,
        cast(
            coalesce(
                nullif({{ number_of_keys('usage_map', not_tokens, others=true) }}, 0),
                {{ number_of_keys('usage_map', keys.total.spellings, 'max') }},
                older_tokens,
                0
            ) as bigint
        ) as tokens
    from mapped
),

latest as (
    {{ latest_per_key('counted', ['project_id', 'id'], [
        'version_at', 'tokens', '_landed_at', '_delivery_id', '_row_number',
    ]) }}
),

nodes as (
    select
        project_id,
        trace_id,
        id,
        parent_id,
        type,
        tokens,
        tokens > 0 as carries_usage
    from latest
    where not coalesce(is_deleted, false)
),

-- most traces hold one call: only in the others can one use be stated twice
traces as (
    select
        project_id,
        trace_id
    from nodes
    where carries_usage or type in ('GENERATION', 'EMBEDDING')
    group by project_id, trace_id
    having count(*) > 1 and count_if(carries_usage) > 0
),

renamed as (
    select
        nodes.project_id,
        nodes.trace_id,
        nodes.id as observation_id,
        nodes.parent_id as parent_observation_id,
        nodes.type as observation_type,
        nodes.tokens,
        nodes.carries_usage
    from nodes
    inner join traces
        on nodes.project_id = traces.project_id and nodes.trace_id = traces.trace_id
)

select * from renamed
