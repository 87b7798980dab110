-- One row per day × group of Anthropic's cost report: what was billed, in currency units, no cents.
-- Priority Tier is not in this report although its tokens are in the usage report.
with source as (
    select * from {{ source('anthropic', 'cost_report') }}
),

current_rows as (
    {{ current_rows('source', 'anthropic', 'cost_report') }}
),

in_currency_units as (
    -- the amount is cents, possibly fractional: an exact product, because DuckDB divides in double
    select
        *,
        cast(
            cast(amount_cents as decimal(26, 10)) * cast(0.01 as decimal(3, 2)) as decimal(38, 12)
        ) as amount_in_units
    from current_rows
),

renamed as (
    select
        concat(_delivery_id, '-', cast(_row_number as string)) as charge_id,
        'anthropic.cost_report' as charge_source,
        _delivery_id as delivery_id,

        ---------- who
        'anthropic' as provider_id,
        coalesce(organization_id, '(default)') as billing_account_id,
        'Organization' as billing_account_type,
        workspace_id as sub_account_id,
        case when workspace_id is not null then 'Workspace' end as sub_account_type,
        'Anthropic' as invoice_issuer_name,
        'Anthropic' as service_provider_name,
        'Anthropic' as host_provider_name,

        ---------- when
        date_trunc('month', starting_at) as billing_period_start,
        date_trunc('month', starting_at) + interval 1 month as billing_period_end,
        starting_at as charge_period_start,
        ending_at as charge_period_end,

        ---------- what
        case when amount_cents < 0 then 'Credit' else 'Usage' end as charge_category,
        case when amount_cents < 0 then 'One-Time' else 'Usage-Based' end as charge_frequency,
        description as charge_description,
        'AI and Machine Learning' as service_category,
        'Generative AI' as service_subcategory,
        'Claude API' as service_name,
        coalesce(token_type, cost_type) as sku_meter,
        case
            when lower(inference_geo) not in ('global', 'not_available') then lower(inference_geo)
        end as region_id,
        model as model_name,
        case
            when token_type = 'uncached_input_tokens' then 'input_uncached'
            when token_type = 'output_tokens' then 'output'
            when token_type = 'cache_read_input_tokens' then 'input_cache_read'
            when token_type = 'cache_creation.ephemeral_5m_input_tokens' then 'input_cache_write_5m'
            when token_type = 'cache_creation.ephemeral_1h_input_tokens' then 'input_cache_write_1h'
            when token_type like 'cache_creation%' then 'input_cache_write'
            when cost_type = 'tokens' then 'tokens'
            when cost_type = 'web_search' then 'web_search_calls'
            else 'other'
        end as bill_meter,
        case when lower(speed) = 'fast' then 'fast' else lower(service_tier) end as service_tier,

        ---------- how much
        case when amount_cents >= 0 then 'Standard' end as pricing_category,
        upper(currency) as billing_currency,
        amount_in_units as billed_cost,
        amount_in_units as effective_cost
    from in_currency_units
)

select * from renamed
