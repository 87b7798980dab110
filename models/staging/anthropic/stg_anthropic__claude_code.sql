-- One row per UTC day × actor × terminal × model of Claude Code: who used how many tokens.
-- For API customers these are tokens of the messages usage report again: never add the two.
with source as (
    select * from {{ source('anthropic', 'claude_code') }}
),

current_rows as (
    {{ current_rows('source', 'anthropic', 'claude_code') }}
),

counted as (
    select
        *,
        coalesce(input_tokens, 0) as uncached_tokens,
        coalesce(cache_read_tokens, 0) as read_tokens,
        coalesce(cache_creation_tokens, 0) as write_tokens,
        lower(customer_type) = 'subscription' as is_subscription
    from current_rows
),

renamed as (
    select
        concat(_delivery_id, '-', cast(_row_number as string)) as usage_id,
        'anthropic.claude_code' as usage_source,
        'gateway_log' as usage_kind,
        _delivery_id as delivery_id,

        ---------- who
        'anthropic' as provider_id,
        coalesce(organization_id, '(default)') as account_id,
        coalesce(actor_email_address, actor_api_key_name) as credential_id,
        {{ json_object({
            'product': "'claude_code'",
            'actor_type': 'actor_type',
            'terminal_type': 'terminal_type',
            'subscription_type': 'subscription_type',
        }) }} as tags,

        ---------- what
        model as model_name,
        case when is_subscription then 'subscription' else 'standard' end as service_tier,

        ---------- when
        date_trunc('day', date) as started_at,
        date_trunc('day', date) + interval 1 day as ended_at,
        cast(date as date) as usage_date,

        ---------- counts
        'succeeded' as request_status,
        false as is_request_grain,
        case when write_tokens > 0 then 'cache_life_assumed' end as usage_doubt,
        uncached_tokens as input_uncached_tokens,
        read_tokens as input_cache_read_tokens,
        write_tokens as input_cache_write_5m_tokens,
        coalesce(output_tokens, 0) as output_text_tokens,

        ---------- as reported
        uncached_tokens + read_tokens + write_tokens as reported_input_tokens,
        coalesce(output_tokens, 0) as reported_output_tokens,
        case
            when not is_subscription
                then cast(
                    cast(estimated_cost_cents as decimal(26, 10)) * cast(0.01 as decimal(3, 2))
                    as decimal(38, 12)
                )
        end as reported_cost_usd
    from counted
)

select * from renamed
