-- One row per span, with what its attributes say in any dialect: the version with the largest usage.
{#- Where each text stands; the first that is given counts. -#}
{%- set texts = {
    'provider_name': [
        'gen_ai.provider.name', 'gen_ai.system', 'llm.provider', 'llm.system', 'ai.model.provider',
    ],
    'operation': ['gen_ai.operation.name', 'llm.request.type'],
    'ai_sdk_operation': ['ai.operationId'],
    'openinference_kind': ['openinference.span.kind'],
    'traceloop_kind': ['traceloop.span.kind'],
    'model_name': [
        'gen_ai.response.model', 'ai.response.model', 'llm.response.model', 'gen_ai.request.model',
        'llm.model_name', 'llm.request.model', 'ai.model.id', 'embedding.model_name', 'model',
    ],
    'served_tier': [
        'openai.response.service_tier', 'gen_ai.openai.response.service_tier',
        'gen_ai.response.service_tier',
    ],
    'requested_tier': [
        'openai.request.service_tier', 'gen_ai.openai.request.service_tier',
        'gen_ai.request.service_tier',
    ],
    'session_id': [
        'gen_ai.conversation.id', 'session.id', 'langfuse.session.id', 'gcp.vertex.agent.session_id',
        'traceloop.association.properties.session_id',
        'traceloop.association.properties.conversation_id', 'ai.telemetry.metadata.sessionId',
        'ai.telemetry.metadata.session_id',
    ],
    'customer_id': [
        'traceloop.association.properties.customer_id',
        'traceloop.association.properties.tenant_id', 'ai.telemetry.metadata.customerId',
        'ai.telemetry.metadata.customer_id', 'ai.telemetry.metadata.tenantId',
        'ai.telemetry.metadata.tenant_id', 'enduser.id', 'user.id', 'langfuse.user.id',
        'traceloop.association.properties.user_id', 'ai.telemetry.metadata.userId',
        'ai.telemetry.metadata.user_id',
    ],
    'agent_name': ['gen_ai.agent.name'],
    'workflow_name': ['gen_ai.workflow.name', 'traceloop.workflow.name'],
    'function_id': ['ai.telemetry.functionId'],
    'error_type': ['error.type'],
    'cost': ['llm.cost.total', 'gen_ai.usage.cost', 'operation.cost'],
} %}
{#- Where each count stands; spellings of one thing are not added. -#}
{%- set counts = {
    'given_input_tokens': [
        'gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens', 'llm.token_count.prompt',
        'llm.usage.prompt_tokens', 'ai.usage.inputTokens', 'ai.usage.promptTokens',
        'ai.usage.tokens',
    ],
    'given_output_tokens': [
        'gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens',
        'llm.token_count.completion', 'llm.usage.completion_tokens', 'ai.usage.outputTokens',
        'ai.usage.completionTokens',
    ],
    'given_total_tokens': [
        'gen_ai.usage.total_tokens', 'llm.usage.total_tokens', 'llm.token_count.total',
        'ai.usage.totalTokens',
    ],
    'no_cache_tokens': ['ai.usage.inputTokenDetails.noCacheTokens'],
    'text_output_tokens': ['ai.usage.outputTokenDetails.textTokens'],
} %}
{%- set parts = {
    'conventional_cache_tokens': [
        'gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_creation.input_tokens',
        'gen_ai.usage.cache_write.input_tokens', 'llm.token_count.prompt_details.cache_read',
        'llm.token_count.prompt_details.cache_input', 'llm.token_count.prompt_details.cache_write',
        'gen_ai.usage.details.cache_read_tokens', 'gen_ai.usage.details.cache_write_tokens',
    ],
    'given_read_tokens': [
        'gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_read_input_tokens',
        'gen_ai.usage.cached_input_tokens', 'gen_ai.usage.details.cache_read_tokens',
        'llm.token_count.prompt_details.cache_read', 'llm.token_count.prompt_details.cache_input',
        'llm.usage.cache_read_input_tokens', 'ai.usage.cachedInputTokens',
        'ai.usage.inputTokenDetails.cacheReadTokens',
    ],
    'given_write_tokens': [
        'gen_ai.usage.cache_creation.input_tokens', 'gen_ai.usage.cache_creation_input_tokens',
        'gen_ai.usage.cache_write.input_tokens', 'gen_ai.usage.cache_write_input_tokens',
        'gen_ai.usage.details.cache_write_tokens', 'llm.token_count.prompt_details.cache_write',
        'llm.usage.cache_creation_input_tokens', 'ai.usage.cacheCreationInputTokens',
        'ai.usage.inputTokenDetails.cacheWriteTokens',
    ],
    'given_reasoning_tokens': [
        'gen_ai.usage.reasoning.output_tokens', 'gen_ai.usage.reasoning_output_tokens',
        'gen_ai.usage.reasoning_tokens', 'gen_ai.usage.details.reasoning_tokens',
        'gen_ai.usage.details.thinking_tokens', 'gen_ai.usage.details.thoughts_tokens',
        'llm.token_count.completion_details.reasoning', 'llm.usage.reasoning_tokens',
        'ai.usage.reasoningTokens', 'ai.usage.outputTokenDetails.reasoningTokens',
    ],
    'given_audio_input_tokens': [
        'gen_ai.usage.details.input_audio_tokens', 'llm.token_count.prompt_details.audio',
    ],
    'given_cached_audio_tokens': ['gen_ai.usage.details.cache_audio_read_tokens'],
    'given_audio_output_tokens': [
        'gen_ai.usage.details.output_audio_tokens', 'llm.token_count.completion_details.audio',
    ],
} %}
{#- Whole usage objects, as JSON text or as nested attributes; the first that is given is read. -#}
{%- set usage_objects = [
    'anthropic.usage', 'bedrock.usage', 'openai.usage', 'usage_metadata', 'usageMetadata',
    'gen_ai.usage', 'llm.usage', 'usage',
] %}
{%- set objects_around_usage = {
    'ai.response.providerMetadata': [
        'anthropic.usage', 'bedrock.usage', 'google.usageMetadata', 'vertex.usageMetadata',
        'anthropic', 'openai',
    ],
    'gcp.vertex.agent.llm_response': ['usage_metadata'],
} %}
{#- Attributes that are a usage object without a name: then all of them are read as one. -#}
{%- set bare_counts = [
    'input_tokens', 'output_tokens', 'prompt_tokens', 'completion_tokens', 'inputTokens',
    'outputTokens', 'promptTokens', 'completionTokens', 'prompt_token_count', 'promptTokenCount',
] %}
{%- set keys = (texts.values() | sum(start=[])) + (counts.values() | sum(start=[]))
    + (parts.values() | sum(start=[])) + usage_objects + (objects_around_usage | list)
    + bare_counts %}
{%- set own_counts = {
    'gemini_input_tokens': ['prompt_token_count', 'promptTokenCount'],
    'openai_input_tokens': ['prompt_tokens'],
    'other_input_tokens': ['input_tokens', 'inputTokens', 'promptTokens'],
    'own_output_tokens': [
        'candidates_token_count', 'candidatesTokenCount', 'output_tokens', 'outputTokens',
        'completion_tokens', 'completionTokens',
    ],
    'own_total_tokens': [
        'total_token_count', 'totalTokenCount', 'total_tokens', 'totalTokens',
    ],
} %}
{%- set own_parts = {
    'top_read_tokens': [
        'cache_read_input_tokens', 'cacheReadInputTokens', 'cacheReadInputTokenCount',
        'cache_read_tokens',
    ],
    'other_read_tokens': [
        'cached_content_token_count', 'cachedContentTokenCount', 'cachedInputTokens',
        'cachedPromptTokens', 'prompt_cache_hit_tokens',
    ],
    'top_write_tokens': [
        'cache_creation_input_tokens', 'cacheCreationInputTokens', 'cacheWriteInputTokens',
        'cacheWriteInputTokenCount', 'cache_creation_tokens',
    ],
    'thoughts_tokens': ['thoughts_token_count', 'thoughtsTokenCount'],
    'other_reasoning_tokens': ['reasoning_tokens', 'reasoningTokens'],
    'tool_prompt_tokens': ['tool_use_prompt_token_count', 'toolUsePromptTokenCount'],
    'web_searches': ['server_tool_use.web_search_requests'],
} %}
{%- set own_texts = {
    'own_tier': ['service_tier', 'serviceTier', 'traffic_type', 'trafficType'],
    'input_details': [
        'prompt_tokens_details', 'input_tokens_details', 'inputTokenDetails',
        'inputTokensDetails', 'promptTokensDetails',
    ],
    'output_details': [
        'completion_tokens_details', 'output_tokens_details', 'outputTokenDetails',
        'outputTokensDetails', 'completionTokensDetails',
    ],
    'write_details': ['cache_creation', 'cacheCreation'],
} %}
{%- set own_paths = (own_counts.values() | sum(start=[])) + (own_parts.values() | sum(start=[]))
    + (own_texts.values() | sum(start=[])) %}
{%- set details = {
    'input_details': {
        'detailed_read_tokens': [
            'cached_tokens', 'cache_read_tokens', 'cacheReadTokens', 'cachedTokens',
        ],
        'detailed_write_tokens': [
            'cache_creation_tokens', 'cache_write_tokens', 'cacheWriteTokens',
        ],
        'detailed_no_cache_tokens': ['noCacheTokens'],
        'detailed_audio_tokens': ['audio_tokens', 'audioTokens'],
        'detailed_image_tokens': ['image_tokens', 'imageTokens'],
        'detailed_video_tokens': ['video_tokens', 'videoTokens'],
        'detailed_cached_audio_tokens': ['cached_tokens_details.audio_tokens'],
    },
    'output_details': {
        'detailed_text_output_tokens': ['textTokens'],
        'detailed_reasoning_tokens': ['reasoning_tokens', 'reasoningTokens'],
        'detailed_audio_output_tokens': ['audio_tokens', 'audioTokens'],
        'detailed_image_output_tokens': ['image_tokens', 'imageTokens'],
    },
    'write_details': {
        'detailed_write_5m_tokens': ['ephemeral_5m_input_tokens', 'ephemeral5mInputTokens'],
        'detailed_write_1h_tokens': ['ephemeral_1h_input_tokens', 'ephemeral1hInputTokens'],
    },
} %}
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
        {%- for name, spellings in texts.items() %}
            {{ first_text_of('attribute_list', keys, spellings) }} as {{ name }},
        {%- endfor %}
        {%- for name, spellings in counts.items() %}
            {{ first_count_of('attribute_list', keys, spellings) }} as {{ name }},
        {%- endfor %}
        {%- for name, spellings in parts.items() %}
            {{ largest_count_of('attribute_list', keys, spellings) }} as {{ name }},
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
            {%- for name in usage_objects %}
                nullif({{ list_item('attribute_list', keys.index(name) + 1) }}, ''),
            {%- endfor %}
            {%- for name, paths in objects_around_usage.items() %}
                {%- for path in paths %}
                    {{ json_text(list_item('attribute_list', keys.index(name) + 1), path) }},
                {%- endfor %}
            {%- endfor %}
            case
                when {{ first_text_of('attribute_list', keys, bare_counts) }} is not null
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
        *,
        {%- for name, spellings in own_counts.items() %}
            {{ first_count_of('usage_list', own_paths, spellings) }} as {{ name }},
        {%- endfor %}
        {%- for name, spellings in own_parts.items() %}
            {{ largest_count_of('usage_list', own_paths, spellings) }} as {{ name }},
        {%- endfor %}
        {%- for name, spellings in own_texts.items() %}
            {{ first_text_of('usage_list', own_paths, spellings) }}
                as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from usage_read
),

details_read as (
    select
        *,
        {%- for name, spellings in details.items() %}
            {{ json_texts(name, spellings.values() | sum(start=[])) }}
                as {{ name }}_list{{ ',' if not loop.last }}
        {%- endfor %}
    from usage_named
),

details_named as (
    select
        *,
        {%- for object_name, counted in details.items() %}
            {%- set outer_loop = loop %}
            {%- for name, spellings in counted.items() %}
                {{ first_count_of(
                    object_name ~ '_list', counted.values() | sum(start=[]), spellings
                ) }} as {{ name }}{{ ',' if not (loop.last and outer_loop.last) }}
            {%- endfor %}
        {%- endfor %}
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
