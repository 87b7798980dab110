{#- The keys of Langfuse's usage maps by what they count, as regular expressions of whole keys in lower
    case. Keys are free text: these are the ones that Langfuse's own SDKs, its reading of OpenTelemetry
    and its price list use. `spellings` mean the same count, so that the greatest of them counts and not
    their sum; `parts` are set apart from it and from one another. Vertex AI numbers modalities: 1 text,
    2 image, 3 video, 4 audio, 5 document. -#}
{% macro langfuse_usage_keys() %}
    {%- do return({
        'input_uncached': {
            'spellings': [
                'input', 'input_tokens', 'inputtokens', 'input_token_count', 'inputtokencount', 'prompt',
                'prompt_tokens', 'prompttokens', 'prompt_token_count', 'prompttokencount',
            ],
            'parts': [
                'input_text', 'input_text_tokens', 'input_modality_(0|1|5|text|document)',
                'input_(flex|priority)', 'tool_use_prompt_token_count', 'tooluseprompttokencount',
            ],
        },
        'input_cache_read': {
            'spellings': [
                'input_cached_tokens', 'input_cached_text_tokens', 'input_cached', 'input_cache_read',
                'input_cache_read_tokens', 'input_cache_read_input_tokens', 'cache_read',
                'cache_read_tokens', 'cache_read_input_tokens', 'cachereadinputtokens',
                'cached_tokens', 'cached_input_tokens', 'cachedinputtokens',
                'cached_content_token_count', 'cachedcontenttokencount',
                'input_(flex|priority)_cache_read',
            ],
            'parts': ['cached_modality_(0|1|3|5|text|video|document)'],
        },
        'input_cache_read_audio': {
            'spellings': ['input_cached_audio_tokens', 'input_cache_read_audio', 'cache_audio_read_tokens'],
            'parts': ['cached_modality_(4|audio)'],
        },
        'input_cache_read_image': {
            'spellings': ['input_cached_image_tokens', 'input_cache_read_image'],
            'parts': ['cached_modality_(2|image)'],
        },
        'input_cache_write': {
            'spellings': [
                'input_cache_creation', 'input_cache_creation_tokens', 'input_cache_write',
                'input_cache_write_tokens', 'cache_creation', 'cache_creation_tokens',
                'cache_creation_input_tokens', 'cachecreationinputtokens', 'cache_write_tokens',
                'cache_write_input_tokens', 'cachewriteinputtokens',
            ],
            'parts': [],
        },
        'input_cache_write_5m': {
            'spellings': [
                'input_cache_(creation|write)_5m(_tokens)?', 'input_ephemeral_5m_input_tokens',
                'ephemeral_5m_input_tokens',
            ],
            'parts': [],
        },
        'input_cache_write_30m': {
            'spellings': ['input_cache_(creation|write)_30m(_tokens)?'], 'parts': [],
        },
        'input_cache_write_1h': {
            'spellings': [
                'input_cache_(creation|write)_1h(_tokens)?', 'input_ephemeral_1h_input_tokens',
                'ephemeral_1h_input_tokens',
            ],
            'parts': [],
        },
        'input_cache_write_12h': {
            'spellings': ['input_cache_(creation|write)_12h(_tokens)?'], 'parts': [],
        },
        'input_audio': {
            'spellings': ['input_audio', 'input_audio_tokens'], 'parts': ['input_modality_(4|audio)'],
        },
        'input_image': {
            'spellings': ['input_image', 'input_image_tokens'], 'parts': ['input_modality_(2|image)'],
        },
        'input_video': {
            'spellings': ['input_video', 'input_video_tokens'], 'parts': ['input_modality_(3|video)'],
        },
        'output_text': {
            'spellings': [
                'output', 'output_tokens', 'outputtokens', 'output_token_count', 'outputtokencount',
                'completion', 'completion_tokens', 'completiontokens', 'candidates_token_count',
                'candidatestokencount', 'generated_token_count',
            ],
            'parts': [
                'output_text', 'output_text_tokens', 'output_modality_(0|1|5|text|document)',
                'output_(accepted|rejected)_prediction_tokens', 'output_(flex|priority)',
            ],
        },
        'output_reasoning': {
            'spellings': [
                'output_reasoning', 'output_reasoning_tokens', 'reasoning', 'reasoning_tokens',
                'reasoningtokens', 'thoughts_token_count', 'thoughtstokencount',
                'output_(flex|priority)_reasoning',
            ],
            'parts': [],
        },
        'output_audio': {
            'spellings': ['output_audio', 'output_audio_tokens'], 'parts': ['output_modality_(4|audio)'],
        },
        'output_image': {
            'spellings': ['output_image', 'output_image_tokens'], 'parts': ['output_modality_(2|image)'],
        },
        'output_video': {
            'spellings': ['output_video', 'output_video_tokens'], 'parts': ['output_modality_(3|video)'],
        },
        'total': {
            'spellings': [
                'total', 'total_tokens', 'totaltokens', 'total_token_count', 'totaltokencount',
            ],
            'parts': [],
        },
        'web_search_calls': {
            'spellings': [
                'web_search', 'web_search_calls', 'web_search_requests', 'web_search_queries',
                'websearchqueries', 'grounding_queries', 'groundingqueries',
                'server_tool_use_web_search_requests',
            ],
            'parts': [],
        },
        'images': {'spellings': ['images', 'output_images', 'image_count'], 'parts': []},
        'audio_seconds': {'spellings': ['audio_seconds', 'input_audio_seconds', 'seconds'], 'parts': []},
        'characters': {'spellings': ['characters', 'input_characters'], 'parts': []},
        'requests': {'spellings': ['requests'], 'parts': []},
    }) -%}
{% endmacro %}
