-- One row per span, with what its attributes say in any dialect: of versions the largest.
{%- set spellings = otel_spellings() %}
{%- set keys = (spellings.texts.values() | sum(start=[]))
    + (spellings.counts.values() | sum(start=[])) + (spellings.parts.values() | sum(start=[]))
    + spellings.usage_objects
    + (spellings.objects_around_usage | list) + spellings.bare_counts %}
{%- set own_paths = (spellings.own_counts.values() | sum(start=[]))
    + (spellings.own_parts.values() | sum(start=[]))
    + (spellings.own_texts.values() | sum(start=[])) %}
with source as (
    select
        traceId as trace_id,
        spanId as span_id,
        nullif(parentSpanId, '') as parent_span_id,
        name as span_name,
        startTimeUnixNano as started_at,
        endTimeUnixNano as ended_at,
        upper(status_code) as status_code,
        attributes,
        resource_attributes,
        _landed_at,
        _delivery_id,
        _row_number
    from {{ source('otel', 'spans') }}
),

attributes_read as (
    select
        *,
        {{ json_values('attributes', keys) }} as attribute_list,
        {{ json_values(
            'resource_attributes',
            ['service.name', 'service.namespace', 'deployment.environment.name',
             'deployment.environment'],
        ) }} as resource_list
    from source
),

attributes_named as (
    select
        trace_id,
        span_id,
        parent_span_id,
        span_name,
        started_at,
        ended_at,
        status_code,
        _landed_at,
        _delivery_id,
        _row_number,
        {%- for name, names in spellings.texts.items() %}
            {{ first_text_of('attribute_list', keys, names) }} as {{ name }},
        {%- endfor %}
        {%- for name, names in spellings.counts.items() %}
            {{ first_count_of('attribute_list', keys, names) }} as {{ name }},
        {%- endfor %}
        {%- for name, names in spellings.parts.items() %}
            {{ largest_count_of('attribute_list', keys, names) }} as {{ name }},
        {%- endfor %}
        {{ list_item('resource_list', 1) }} as service_name,
        {{ list_item('resource_list', 2) }} as service_namespace,
        coalesce({{ list_item('resource_list', 3) }}, {{ list_item('resource_list', 4) }})
            as environment_name,
        -- labels of the application have names of their own, so they are found by pattern
        case
            when position('traceloop.association.properties.' in attributes) > 0
                then {{ json_entries('attributes', 'traceloop[.]association[.]properties[.]') }}
        end as association_labels,
        case
            when position('ai.telemetry.metadata.' in attributes) > 0
                then {{ json_entries('attributes', 'ai[.]telemetry[.]metadata[.]') }}
        end as telemetry_labels,
        coalesce(
            {%- for name in spellings.usage_objects %}
                nullif({{ list_item('attribute_list', keys.index(name) + 1) }}, ''),
            {%- endfor %}
            {%- for name, paths in spellings.objects_around_usage.items() %}
                {%- for path in paths %}
                    {{ json_text(list_item('attribute_list', keys.index(name) + 1), path) }},
                {%- endfor %}
            {%- endfor %}
            case
                when {{ first_text_of('attribute_list', keys, spellings.bare_counts) }} is not null
                    then attributes
            end
        ) as usage_object
    from attributes_read
),

usage_read as (
    select
        *,
        {{ json_texts('usage_object', own_paths) }} as usage_list
    from attributes_named
),

usage_named as (
    select
        {%- for name, names in spellings.own_counts.items() %}
            {{ first_count_of('usage_list', own_paths, names) }} as {{ name }},
        {%- endfor %}
        {%- for name, names in spellings.own_parts.items() %}
            {{ largest_count_of('usage_list', own_paths, names) }} as {{ name }},
        {%- endfor %}
        {%- for name, names in spellings.own_texts.items() %}
            {{ first_text_of('usage_list', own_paths, names) }} as {{ name }},
        {%- endfor %}
        *
    from usage_read
),

details_read as (
    select
        {%- for name, detailed in spellings.details.items() %}
            {{ json_texts(
                'coalesce(' ~ name ~ ', given_' ~ name ~ ')', detailed.values() | sum(start=[])
            ) }} as {{ name }}_list,
        {%- endfor %}
        *
    from usage_named
),

details_named as (
    select
        {%- for object_name, detailed in spellings.details.items() %}
            {%- for name, names in detailed.items() %}
                {{ first_count_of(
                    object_name ~ '_list', detailed.values() | sum(start=[]), names
                ) }} as {{ name }},
            {%- endfor %}
        {%- endfor %}
        *
    from details_read
),

counted as (
    select
        *,
        {{ json_object({
            'service.name': 'service_name',
            'service.namespace': 'service_namespace',
            'deployment.environment': 'environment_name',
            'gen_ai.agent.name': 'agent_name',
            'gen_ai.workflow.name': 'workflow_name',
            'ai.telemetry.functionId': 'function_id',
        }) }} as labels,
        coalesce(gemini_input_tokens, openai_input_tokens, other_input_tokens) as own_input_tokens,
        coalesce(own_total_tokens, given_total_tokens) as total_tokens,
        coalesce(no_cache_tokens, detailed_no_cache_tokens) as uncached_input_tokens,
        greatest(
            given_read_tokens, top_read_tokens, other_read_tokens,
            coalesce(detailed_read_tokens, 0)
        ) as cache_read_tokens,
        greatest(
            given_write_tokens, top_write_tokens, coalesce(detailed_write_tokens, 0),
            coalesce(detailed_write_5m_tokens, 0) + coalesce(detailed_write_1h_tokens, 0)
        ) as cache_write_tokens,
        greatest(
            given_reasoning_tokens, thoughts_tokens, other_reasoning_tokens,
            coalesce(detailed_reasoning_tokens, 0)
        ) as reasoning_tokens,
        case
            when gemini_input_tokens is not null then 'gemini'
            when openai_input_tokens is not null then 'openai'
            -- Anthropic and Bedrock state cached input beside the input, under names of their own
            when
                other_input_tokens is not null and top_read_tokens + top_write_tokens > 0
                then 'cache_apart'
        end as usage_style,
        coalesce(
            lower(operation) in (
                'chat', 'completion', 'text_completion', 'generate_content', 'embeddings',
                'embedding'
            )
            or upper(openinference_kind) in ('LLM', 'EMBEDDING')
            or ai_sdk_operation like '%.do%',
            false
        ) as is_model_call,
        coalesce(
            lower(operation) in (
                'invoke_agent', 'create_agent', 'invoke_workflow', 'execute_tool'
            )
            or upper(openinference_kind) in ('CHAIN', 'AGENT', 'TOOL')
            or lower(traceloop_kind) in ('workflow', 'task', 'agent', 'tool')
            or (ai_sdk_operation like 'ai.%' and ai_sdk_operation not like '%.do%'),
            false
        ) as is_summary,
        coalesce(
            lower(operation) in ('embeddings', 'embedding')
            or upper(openinference_kind) = 'EMBEDDING'
            or ai_sdk_operation like '%mbed%',
            false
        ) as is_embedding
    from details_named
),

renamed as (
    select
        ---------- which
        trace_id,
        span_id,
        case when parent_span_id <> span_id then parent_span_id end as parent_span_id,
        _delivery_id as delivery_id,
        span_name,
        started_at,
        ended_at,
        case
            when status_code in ('2', 'STATUS_CODE_ERROR', 'ERROR') then 'error'
            when status_code in ('1', 'STATUS_CODE_OK', 'OK') then 'ok'
            when error_type is not null then 'error'
            else 'unset'
        end as span_status,
        is_model_call and not is_summary as is_model_call,
        is_summary,
        is_embedding,
        coalesce(ai_sdk_operation is not null or no_cache_tokens is not null, false) as is_ai_sdk,
        coalesce(
            greatest(
                coalesce(given_input_tokens, 0), coalesce(given_output_tokens, 0),
                coalesce(own_input_tokens, 0), coalesce(own_output_tokens, 0),
                coalesce(total_tokens, 0), cache_read_tokens, cache_write_tokens, reasoning_tokens
            ) > 0,
            false
        ) as has_usage,

        ---------- who and what
        lower(provider_name) as provider_name,
        model_name,
        lower(coalesce(served_tier, own_tier, requested_tier)) as service_tier,
        customer_id,
        session_id,
        nullif(
            concat(
                '{',
                concat_ws(
                    ',',
                    substring(labels, 2, length(labels) - 2),
                    association_labels,
                    telemetry_labels
                ),
                '}'
            ),
            '{}'
        ) as tags,

        ---------- counts as stated
        given_input_tokens,
        own_input_tokens,
        given_output_tokens,
        own_output_tokens,
        own_total_tokens is not null as is_own_total,
        total_tokens,
        uncached_input_tokens,
        usage_style,
        conventional_cache_tokens > 0 as is_conventional_cache,
        cache_read_tokens,
        cache_write_tokens,
        coalesce(detailed_write_5m_tokens, 0) as cache_write_5m_tokens,
        coalesce(detailed_write_1h_tokens, 0) as cache_write_1h_tokens,
        tool_prompt_tokens,
        greatest(given_audio_input_tokens, coalesce(detailed_audio_tokens, 0))
            as audio_input_tokens,
        greatest(given_cached_audio_tokens, coalesce(detailed_cached_audio_tokens, 0))
            as cached_audio_tokens,
        coalesce(detailed_image_tokens, 0) as image_input_tokens,
        coalesce(detailed_video_tokens, 0) as video_input_tokens,
        coalesce(text_output_tokens, detailed_text_output_tokens) as text_output_tokens,
        thoughts_tokens,
        reasoning_tokens,
        greatest(given_audio_output_tokens, coalesce(detailed_audio_output_tokens, 0))
            as audio_output_tokens,
        coalesce(detailed_image_output_tokens, 0) as image_output_tokens,
        web_searches,
        try_cast(cost as decimal(38, 12)) as reported_cost_usd,

        ---------- which version
        _landed_at,
        _row_number
    from counted
),

latest_rows as (
    {{ latest_per_key('renamed', ['trace_id', 'span_id'], [
        'greatest(coalesce(total_tokens, 0), coalesce(given_input_tokens, own_input_tokens, 0)'
        ~ ' + coalesce(given_output_tokens, own_output_tokens, 0))',
        'ended_at', '_landed_at', 'delivery_id', '_row_number',
    ]) }}
)

select
    trace_id,
    span_id,
    parent_span_id,
    delivery_id,
    span_name,
    started_at,
    ended_at,
    span_status,
    is_model_call,
    is_summary,
    is_embedding,
    is_ai_sdk,
    has_usage,
    provider_name,
    model_name,
    service_tier,
    customer_id,
    session_id,
    tags,
    given_input_tokens,
    own_input_tokens,
    given_output_tokens,
    own_output_tokens,
    is_own_total,
    total_tokens,
    uncached_input_tokens,
    usage_style,
    is_conventional_cache,
    cache_read_tokens,
    cache_write_tokens,
    cache_write_5m_tokens,
    cache_write_1h_tokens,
    tool_prompt_tokens,
    audio_input_tokens,
    cached_audio_tokens,
    image_input_tokens,
    video_input_tokens,
    text_output_tokens,
    thoughts_tokens,
    reasoning_tokens,
    audio_output_tokens,
    image_output_tokens,
    web_searches,
    reported_cost_usd
from latest_rows
