-- One row per UTC day × model × endpoint of OpenRouter's activity: what was deducted from credits.
-- Buying credits is a payment, not a cost: it is not in here, and must not be landed beside it.
with lines as (
    select * from {{ ref('stg_openrouter__activity_lines') }}
),

renamed as (
    select
        line_id as charge_id,
        'openrouter.activity' as charge_source,
        delivery_id,

        ---------- who
        'openrouter' as provider_id,
        account_id as billing_account_id,
        'Organization' as billing_account_type,
        'OpenRouter' as invoice_issuer_name,
        'OpenRouter' as service_provider_name,
        provider_name as host_provider_name,

        ---------- when
        date_trunc('month', cast(activity_date as timestamp)) as billing_period_start,
        date_trunc('month', cast(activity_date as timestamp)) + interval 1 month
            as billing_period_end,
        cast(activity_date as timestamp) as charge_period_start,
        cast(activity_date as timestamp) + interval 1 day as charge_period_end,

        ---------- what
        case when usage_usd < 0 then 'Credit' else 'Usage' end as charge_category,
        case when usage_usd < 0 then 'One-Time' else 'Usage-Based' end as charge_frequency,
        case
            when byok_part = 'all' then concat(model_name, ', fee for requests with own key')
            else model_name
        end as charge_description,
        'AI and Machine Learning' as service_category,
        'Generative AI' as service_subcategory,
        'OpenRouter API' as service_name,
        endpoint_id as sku_id,
        case when byok_part = 'all' then 'byok_fee' else 'tokens' end as sku_meter,
        model_name,
        -- the tokens of own keys are another provider's use: the fee for them has no driver here
        case when byok_part = 'all' then 'other' else 'tokens' end as bill_meter,
        'standard' as service_tier,

        ---------- how much
        case when usage_usd >= 0 then 'Standard' end as pricing_category,
        case
            when byok_part <> 'all'
                then cast(prompt_tokens + completion_tokens as decimal(38, 12))
        end as consumed_quantity,
        case
            when byok_part <> 'all' and prompt_tokens + completion_tokens is not null
                then 'Tokens'
        end as consumed_unit,
        'USD' as billing_currency,
        usage_usd as billed_cost,
        usage_usd as effective_cost
    from lines
)

select * from renamed
