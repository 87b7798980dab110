-- One row per generation that OpenRouter recorded, in disjoint token buckets: the last record
-- of the API, else of the CSV export. A call whose answer was landed with its usage counts there.
with source as (
    select
        generations.id,
        generations.account_id,
        generations.created_at,
        generations.generation_time,
        coalesce(generations.model, generations.model_permaslug) as served_name,
        nullif(lower(generations.variant), 'standard') as served_variant,
        -- the CSV export has one count of tokens, the API's records a normalised one beside it
        generations.model_permaslug is not null as is_csv,
        lower(generations.provider_name) as provider_name,
        lower(generations.service_tier) as service_tier,
        generations.cancelled,
        lower(generations.finish_reason) as finish_reason,
        generations.is_byok,
        generations.total_cost,
        generations.upstream_inference_cost,
        generations.byok_usage_inference,
        generations.tokens_prompt,
        generations.tokens_completion,
        generations.tokens_reasoning,
        generations.tokens_cached,
        generations.native_tokens_prompt,
        generations.native_tokens_completion,
        generations.native_tokens_cached,
        generations.native_tokens_reasoning,
        generations.native_tokens_completion_images,
        generations.external_user,
        generations.session_id,
        generations.workspace_id,
        generations.api_key_name,
        generations.app_name,
        generations.response_cache_source_id,
        generations._landed_at,
        generations._delivery_id,
        generations._row_number
    from {{ source('openrouter', 'generations') }} as generations
    where not exists (
        select 1
        from {{ source('openrouter', 'responses') }} as responses
        where
            responses.id = generations.id
            and responses.input_tokens is not null
    )
),

latest_rows as (
    {{ latest_per_key(
        'source',
        ['id'],
        ['case when is_csv then 0 else 1 end', '_landed_at', '_delivery_id', '_row_number'],
    ) }}
),

provider_names as (
    select * from {{ ref('provider_names') }}
),

counted as (
    select
        *,
        coalesce(is_byok, is_csv and byok_usage_inference > 0, false) as has_own_key,
        coalesce(upstream_inference_cost, byok_usage_inference) as upstream_cost,
        case when is_csv then tokens_prompt else native_tokens_prompt end as input_tokens,
        case when is_csv then tokens_completion else native_tokens_completion end
            as output_tokens,
        coalesce(case when is_csv then tokens_cached else native_tokens_cached end, 0)
            as cache_read_tokens,
        coalesce(case when is_csv then tokens_reasoning else native_tokens_reasoning end, 0)
            as thinking_tokens,
        coalesce(native_tokens_completion_images, 0) as image_tokens
    from latest_rows
),

classified as (
    select
        *,
        coalesce(input_tokens, 0) + coalesce(output_tokens, 0) > 0 as has_tokens,
        case
            when response_cache_source_id is not null then 'gateway_cache_hit'
            when finish_reason = 'error' then 'failed'
            when
                coalesce(cancelled, false)
                or coalesce(input_tokens, 0) + coalesce(output_tokens, 0) = 0
                then 'unknown'
            else 'succeeded'
        end as request_status
    from counted
),

-- how often what was counted was bought: not at all from OpenRouter's cache, and nobody knows where
-- a call that did not fail left no count, as an aborted stream does
weighted as (
    select
        *,
        case
            when request_status = 'gateway_cache_hit' then 0
            when has_tokens or request_status = 'failed' then 1
        end as bought
    from classified
),

renamed as (
    select
        weighted.id as usage_id,
        'openrouter.generations' as usage_source,
        'gateway_log' as usage_kind,
        weighted._delivery_id as delivery_id,

        ---------- who
        {{ openrouter_payer('weighted', 'provider_names') }} as provider_id,
        case when not weighted.has_own_key then weighted.account_id end as account_id,
        weighted.workspace_id as project_id,
        weighted.api_key_name as credential_id,
        weighted.external_user as customer_id,
        weighted.session_id,
        weighted.id as trace_id,
        {{ json_object({'app': 'weighted.app_name'}) }} as tags,

        ---------- what
        case
            when weighted.served_variant is null then weighted.served_name
            else concat(weighted.served_name, ':', weighted.served_variant)
        end as model_name,
        {{ served_tier_name('weighted.service_tier') }} as service_tier,

        ---------- when
        weighted.created_at as started_at,
        cast(weighted.created_at as date) as usage_date,

        ---------- counts
        weighted.request_status,
        true as is_request_grain,
        case
            when coalesce(weighted.bought, 0) = 0 then null
            when
                weighted.cache_read_tokens > coalesce(weighted.input_tokens, 0)
                or weighted.thinking_tokens + weighted.image_tokens
                > coalesce(weighted.output_tokens, 0)
                then 'buckets_do_not_add_up'
            -- the CSV export does not say whether tokens_prompt holds what was cached
            when weighted.is_csv and weighted.cache_read_tokens > 0 then 'cache_semantics_assumed'
        end as usage_doubt,
        cast(1 as bigint) as requests_count,
        cast(
            weighted.bought
            * greatest(coalesce(weighted.input_tokens, 0) - weighted.cache_read_tokens, 0)
            as bigint
        ) as input_uncached_tokens,
        cast(weighted.bought * weighted.cache_read_tokens as bigint) as input_cache_read_tokens,
        cast(
            weighted.bought
            * greatest(
                coalesce(weighted.output_tokens, 0) - weighted.thinking_tokens
                - weighted.image_tokens,
                0
            ) as bigint
        ) as output_text_tokens,
        cast(weighted.bought * weighted.thinking_tokens as bigint) as output_reasoning_tokens,
        cast(weighted.bought * weighted.image_tokens as bigint) as output_image_tokens,

        ---------- as reported
        case when weighted.bought is not null then weighted.input_tokens end
            as reported_input_tokens,
        case when weighted.bought is not null then weighted.output_tokens end
            as reported_output_tokens,
        cast(
            case
                when weighted.has_own_key then weighted.total_cost + weighted.upstream_cost
                else weighted.total_cost
            end as decimal(38, 12)
        ) as reported_cost_usd
    from weighted
    left join provider_names
        on weighted.provider_name = provider_names.provider_name
)

select * from renamed
