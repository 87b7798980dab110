-- One row per bucket × model × wallet of DeepSeek's usage export: what was taken off the balance.
-- What the granted balance paid has a list cost and costs nothing. Currencies differ by account.
with source as (
    select * from {{ source('deepseek', 'costs') }}
),

current_rows as (
    {{ current_rows('source', 'deepseek', 'costs') }}
),

paid as (
    select
        *,
        cast(cost as decimal(38, 12)) as amount,
        lower(wallet_type) = 'granted' as is_granted
    from current_rows
),

renamed as (
    select
        concat(_delivery_id, '-', cast(_row_number as string)) as charge_id,
        'deepseek.costs' as charge_source,
        _delivery_id as delivery_id,

        ---------- who
        'deepseek' as provider_id,
        coalesce(user_id, '(default)') as billing_account_id,
        'Account' as billing_account_type,
        'DeepSeek' as invoice_issuer_name,
        'DeepSeek' as service_provider_name,
        'DeepSeek' as host_provider_name,

        ---------- when
        date_trunc('month', start_time_iso) as billing_period_start,
        date_trunc('month', start_time_iso) + interval 1 month as billing_period_end,
        start_time_iso as charge_period_start,
        coalesce(end_time_iso, start_time_iso + interval 1 day) as charge_period_end,

        ---------- what
        case when amount < 0 then 'Credit' else 'Usage' end as charge_category,
        case when amount < 0 then 'One-Time' else 'Usage-Based' end as charge_frequency,
        concat(coalesce(model, 'all models'), ', balance: ', lower(coalesce(wallet_type, 'paid')))
            as charge_description,
        'AI and Machine Learning' as service_category,
        'Generative AI' as service_subcategory,
        'DeepSeek API' as service_name,
        lower(wallet_type) as sku_meter,
        model as model_name,
        'tokens' as bill_meter,
        'standard' as service_tier,

        ---------- how much
        case when amount >= 0 then 'Standard' end as pricing_category,
        upper(currency) as billing_currency,
        amount as list_cost,
        amount as contracted_cost,
        case when is_granted then cast(0 as decimal(38, 12)) else amount end as billed_cost,
        case when is_granted then cast(0 as decimal(38, 12)) else amount end as effective_cost
    from paid
)

select * from renamed
