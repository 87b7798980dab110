{#- What every usage report of OpenAI says of a bucket, up to what it counts: the first columns of shape
    token_usage. `names_key` is false for the reports that cannot be grouped by API key; `requests` is
    false where they are those of another report too. -#}
{% macro openai_bucket(table_name, names_key=true, counts_requests=true) -%}
concat(_delivery_id, '-', cast(_row_number as string)) as usage_id,
        'openai.{{ table_name }}' as usage_source,
        'provider_report' as usage_kind,
        _delivery_id as delivery_id,

        ---------- who
        'openai' as provider_id,
        coalesce(organization_id, '(default)') as account_id,
        project_id,
        {%- if names_key %}
        api_key_id as credential_id,
        {%- endif %}

        ---------- when
        start_time as started_at,
        end_time as ended_at,
        cast(start_time as date) as usage_date,

        ---------- counts
        'standard' as service_tier,
        'succeeded' as request_status,
        {%- if counts_requests %}
        coalesce(num_model_requests = 1, false) as is_request_grain,
        num_model_requests as requests_count
        {%- else %}
        false as is_request_grain
        {%- endif %}
{%- endmacro %}
