-- One row per request or provider bucket in our own documented format; the latest version of it.
-- Not additive across usage_kind: a gateway's log and a provider's report describe the same tokens.
with latest_rows as (
    {{ latest_rows_of(source('standard', 'token_usage'), ['usage_id'], [
        'updated_at', '_landed_at', '_delivery_id', '_row_number',
    ]) }}
),

renamed as (
    select
        usage_id,
        'standard.token_usage' as usage_source,
        usage_kind,
        _delivery_id as delivery_id,
        lower(provider_id) as provider_id,
        coalesce(account_id, case when usage_kind = 'provider_report' then '(default)' end)
            as account_id,
        project_id,
        credential_id,
        team_id,
        model_name,
        coalesce(lower(service_tier), 'standard') as service_tier,
        lower(region_id) as region_id,
        meter_variant,
        context_over_tokens,
        started_at,
        ended_at,
        cast(started_at as date) as usage_date,
        coalesce(request_status, 'succeeded') as request_status,
        customer_id,
        session_id,
        trace_id,
        tags,
        coalesce(is_request_grain, usage_kind = 'gateway_log') as is_request_grain,
        usage_doubt,
        coalesce(requests_count, case when usage_kind = 'gateway_log' then 1 end) as requests_count,
        input_uncached_tokens,
        input_cache_read_tokens,
        input_cache_read_audio_tokens,
        input_cache_read_image_tokens,
        input_cache_write_5m_tokens,
        input_cache_write_30m_tokens,
        input_cache_write_1h_tokens,
        input_cache_write_12h_tokens,
        input_audio_tokens,
        input_image_tokens,
        input_video_tokens,
        output_text_tokens,
        output_reasoning_tokens,
        output_audio_tokens,
        output_image_tokens,
        output_video_tokens,
        web_search_calls,
        file_search_calls,
        images,
        audio_seconds,
        video_seconds,
        characters,
        sessions,
        pages,
        queries,
        reported_input_tokens,
        reported_output_tokens,
        cast(reported_cost_usd as decimal(38, 12)) as reported_cost_usd
    from latest_rows
)

select * from renamed
