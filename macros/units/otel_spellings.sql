{#- How each dialect of traces spells what a model call used: the attributes of a span, and the paths
    within the usage objects that some put on it whole. A new spelling is added here alone.
    Names: OpenTelemetry GenAI and older versions of it (gen_ai.*, openai.*), OpenLLMetry (llm.usage.*,
    traceloop.*), OpenLIT, Sentry and LangSmith (details under gen_ai.usage.*), OpenInference
    (llm.token_count.*), AI SDK (ai.*), pydantic-ai (gen_ai.usage.details.*), Google ADK
    (gcp.vertex.agent.*). `gen_ai.aggregated_usage.*` is left out on purpose: it repeats the usage of
    other spans. -#}
{% macro otel_spellings() %}
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
        'given_input_details': ['gen_ai.usage.input_token_details'],
        'given_output_details': ['gen_ai.usage.output_token_details'],
        'given_write_details': ['gen_ai.usage.cache_creation'],
        'cost': [
            'llm.cost.total', 'gen_ai.usage.cost', 'gen_ai.usage.total_cost', 'operation.cost',
        ],
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
            'gen_ai.usage.details.cache_read_input_tokens',
            'gen_ai.usage.details.cache_creation_input_tokens',
            'gen_ai.usage.input_tokens.cached', 'gen_ai.usage.input_tokens.cache_write',
        ],
        'given_read_tokens': [
            'gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cache_read_input_tokens',
            'gen_ai.usage.cached_input_tokens', 'gen_ai.usage.details.cache_read_tokens',
            'llm.token_count.prompt_details.cache_read', 'llm.token_count.prompt_details.cache_input',
            'llm.usage.cache_read_input_tokens', 'ai.usage.cachedInputTokens',
            'ai.usage.inputTokenDetails.cacheReadTokens',
            'gen_ai.usage.details.cache_read_input_tokens', 'gen_ai.usage.input_tokens.cached',
            'gen_ai.usage.prompt_tokens_details.cache_read',
            'gen_ai.usage.prompt_tokens_details.cached_tokens',
            'gen_ai.usage.input_tokens_details.cached_tokens',
        ],
        'given_write_tokens': [
            'gen_ai.usage.cache_creation.input_tokens', 'gen_ai.usage.cache_creation_input_tokens',
            'gen_ai.usage.cache_write.input_tokens', 'gen_ai.usage.cache_write_input_tokens',
            'gen_ai.usage.details.cache_write_tokens', 'llm.token_count.prompt_details.cache_write',
            'llm.usage.cache_creation_input_tokens', 'ai.usage.cacheCreationInputTokens',
            'ai.usage.inputTokenDetails.cacheWriteTokens',
            'gen_ai.usage.details.cache_creation_input_tokens',
            'gen_ai.usage.input_tokens.cache_write',
            'gen_ai.usage.prompt_tokens_details.cache_write',
        ],
        'given_reasoning_tokens': [
            'gen_ai.usage.reasoning.output_tokens', 'gen_ai.usage.reasoning_output_tokens',
            'gen_ai.usage.reasoning_tokens', 'gen_ai.usage.details.reasoning_tokens',
            'gen_ai.usage.details.thinking_tokens', 'gen_ai.usage.details.thoughts_tokens',
            'llm.token_count.completion_details.reasoning', 'llm.usage.reasoning_tokens',
            'ai.usage.reasoningTokens', 'ai.usage.outputTokenDetails.reasoningTokens',
            'gen_ai.usage.output_tokens.reasoning',
            'gen_ai.usage.completion_tokens_details.reasoning',
            'gen_ai.usage.completion_tokens_details.reasoning_tokens',
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
    {%- set details = {
        'input_details': {
            'detailed_read_tokens': [
                'cached_tokens', 'cache_read_tokens', 'cacheReadTokens', 'cachedTokens',
                'cache_read',
            ],
            'detailed_write_tokens': [
                'cache_creation_tokens', 'cache_write_tokens', 'cacheWriteTokens', 'cache_creation',
            ],
            'detailed_no_cache_tokens': ['noCacheTokens'],
            'detailed_audio_tokens': ['audio_tokens', 'audioTokens', 'audio'],
            'detailed_image_tokens': ['image_tokens', 'imageTokens'],
            'detailed_video_tokens': ['video_tokens', 'videoTokens'],
            'detailed_cached_audio_tokens': ['cached_tokens_details.audio_tokens'],
        },
        'output_details': {
            'detailed_text_output_tokens': ['textTokens'],
            'detailed_reasoning_tokens': ['reasoning_tokens', 'reasoningTokens', 'reasoning'],
            'detailed_audio_output_tokens': ['audio_tokens', 'audioTokens', 'audio'],
            'detailed_image_output_tokens': ['image_tokens', 'imageTokens'],
        },
        'write_details': {
            'detailed_write_5m_tokens': ['ephemeral_5m_input_tokens', 'ephemeral5mInputTokens'],
            'detailed_write_1h_tokens': ['ephemeral_1h_input_tokens', 'ephemeral1hInputTokens'],
        },
    } %}
    {%- do return({
        'texts': texts,
        'counts': counts,
        'parts': parts,
        'usage_objects': usage_objects,
        'objects_around_usage': objects_around_usage,
        'bare_counts': bare_counts,
        'own_counts': own_counts,
        'own_parts': own_parts,
        'own_texts': own_texts,
        'details': details,
    }) -%}
{% endmacro %}
