-- One row per hour × project × labels × model × tier of AI tokens on Google Cloud's bills.
-- What the bill states, as the provider's total beside logs of the same calls.
{%- set meters = token_meters() + ['characters'] %}
{%- set group_key = [
    'delivery_id', 'account_id', 'project_id', 'tags', 'model_name', 'service_tier', 'region_id',
    'context_over_tokens', 'started_at', 'ended_at', 'is_counted',
] %}
with source as (
    select
        _delivery_id,
        _scope_account,
        _scope_project,
        _scope_date,
        billing_account_id,
        project_id,
        service_description,
        sku_description,
        usage_unit,
        usage_pricing_unit,
        usage_amount,
        usage_start_time,
        usage_end_time,
        location_region,
        labels,
        project_labels,
        tags
    from {{ source('gcp', 'billing_export') }}
    where
        coalesce(cost_type, 'regular') = 'regular'
        and usage_amount > 0
        -- use of a longer time does not tell the days
        and usage_end_time <= usage_start_time + interval 1 day
),

current_rows as (
    {{ current_rows('source', 'gcp', 'billing_export') }}
),

skus as (
    select * from {{ ref('stg_gcp__skus') }}
    where bill_meter like 'input%' or bill_meter like 'output%' or bill_meter = 'characters'
),

metered as (
    select
        current_rows._delivery_id as delivery_id,
        current_rows.billing_account_id as account_id,
        current_rows.project_id,
        {{ json_pairs_object(['labels', 'project_labels', 'tags']) }} as tags,
        skus.model_name,
        coalesce(skus.service_tier, 'standard') as service_tier,
        case when skus.endpoint_scope = 'regional' then current_rows.location_region end
            as region_id,
        skus.context_over_tokens,
        current_rows.usage_start_time as started_at,
        current_rows.usage_end_time as ended_at,
        case skus.bill_meter
            when 'output' then 'output_text'
            when 'input_cache_write' then 'input_cache_write_5m'
            else skus.bill_meter
        end as usage_meter,
        skus.bill_meter = 'input_cache_write' as is_life_assumed,
        true as is_counted,
        current_rows.usage_amount as quantity
    from current_rows
    inner join skus
        on
            current_rows.service_description is not distinct from skus.service_description
            and current_rows.sku_description is not distinct from skus.sku_description
            and current_rows.usage_unit is not distinct from skus.usage_unit
            and current_rows.usage_pricing_unit is not distinct from skus.usage_pricing_unit
),

grouped as (
    {{ billed_usage('metered', group_key, meters) }}
),

renamed as (
    select
        {{ hash_key(group_key) }} as usage_id,
        'gcp.billing_export' as usage_source,
        'provider_report' as usage_kind,
        delivery_id,

        ---------- who
        'gcp' as provider_id,
        account_id,
        project_id,
        tags,

        ---------- what
        model_name,
        service_tier,
        region_id,
        context_over_tokens,

        ---------- when
        started_at,
        ended_at,
        cast(started_at as date) as usage_date,

        ---------- counts
        'succeeded' as request_status,
        false as is_request_grain,
        {%- for meter in token_meters() %}
            {{ meter }}_tokens,
        {%- endfor %}
        characters,
        case when is_life_assumed then 'cache_life_assumed' end as usage_doubt
    from grouped
)

select * from renamed
