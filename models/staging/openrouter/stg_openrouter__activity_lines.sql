-- One row per UTC day × model × endpoint of OpenRouter's activity that still counts.
-- Money and tokens of bring-your-own-key (BYOK) requests are in the same rows.
with source as (
    select * from {{ source('openrouter', 'activity') }}
),

current_rows as (
    {{ current_rows('source', 'openrouter', 'activity') }}
),

-- the variant stands behind the model's name, in a column of its own, or nowhere
named as (
    select
        *,
        coalesce(model_permaslug, model) as served_name,
        coalesce(
            nullif(regexp_extract(model_permaslug, ':([^:/]+)$', 1), ''),
            nullif(regexp_extract(model, ':([^:/]+)$', 1), ''),
            nullif(lower(variant), 'standard')
        ) as served_variant
    from current_rows
),

renamed as (
    select
        concat(_delivery_id, '-', cast(_row_number as string)) as line_id,
        _delivery_id as delivery_id,
        coalesce(account_id, '(default)') as account_id,
        activity_date,
        case
            when served_variant is null then served_name
            else concat(regexp_replace(served_name, ':[^:/]+$', ''), ':', served_variant)
        end as model_name,
        endpoint_id,
        provider_name,
        case
            when coalesce(byok_usage_inference, 0) = 0 and coalesce(byok_requests, 0) = 0
                then 'none'
            when byok_requests >= requests then 'all'
            -- own key and nothing deducted: no request was OpenRouter's
            when byok_requests is null and usage_usd = 0 then 'all'
            else 'some'
        end as byok_part,
        requests - case
            when coalesce(byok_usage_inference, 0) = 0 then coalesce(byok_requests, 0)
            else byok_requests
        end as resold_requests,
        prompt_tokens,
        cached_tokens,
        completion_tokens,
        reasoning_tokens,
        cast(usage_usd as decimal(38, 12)) as usage_usd
    from named
)

select * from renamed
