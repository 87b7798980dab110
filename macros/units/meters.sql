{#- The token meters of seed `meters`, for models that have a column per meter; `<meter>_tokens` in usage. -#}
{% macro token_meters() %}
    {{- return([
        'input_uncached', 'input_cache_read', 'input_cache_read_audio', 'input_cache_read_image',
        'input_cache_write_5m', 'input_cache_write_30m', 'input_cache_write_1h', 'input_cache_write_12h',
        'input_audio', 'input_image', 'input_video', 'output_text', 'output_reasoning', 'output_audio',
        'output_image', 'output_video',
    ]) -}}
{% endmacro %}


{#- The meters of seed `meters` that a usage record counts beside tokens and requests. -#}
{% macro other_usage_meters() %}
    {{- return([
        'web_search_calls', 'file_search_calls', 'images', 'audio_seconds', 'video_seconds', 'characters',
        'sessions', 'pages', 'queries',
    ]) -}}
{% endmacro %}


{#- The quantity of a meter in a usage record that has a column per meter. -#}
{% macro meter_quantity(meter) -%}
case {{ meter }}
    {%- for name in unit_economics.token_meters() %}
    when '{{ name }}' then {{ name }}_tokens
    {%- endfor %}
    {%- for name in ['requests'] + unit_economics.other_usage_meters() %}
    when '{{ name }}' then {{ name }}
    {%- endfor %}
end
{%- endmacro %}
