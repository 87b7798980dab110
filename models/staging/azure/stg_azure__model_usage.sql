-- One row per day × subscription × tags × model × tier of AI tokens on Azure bills.
-- What the bill states, as the provider's total beside logs of the same calls.
{%- set meters = token_meters() %}
{%- set group_key = [
    'delivery_id', 'account_id', 'project_id', 'tags', 'model_name', 'service_tier', 'region_id',
    'context_over_tokens', 'started_at', 'is_counted',
] %}
with source as (
    select
        _delivery_id,
        _scope_account,
        _scope_project,
        _scope_date,
        BillingAccountId,
        SubscriptionId,
        Date,
        MeterCategory,
        MeterSubCategory,
        MeterName,
        UnitOfMeasure,
        Quantity,
        ResourceLocation,
        Tags
    from {{ source('azure', 'actual_costs') }}
    where
        lower(coalesce(ChargeType, 'Usage')) = 'usage'
        and Quantity > 0
),

current_rows as (
    {{ current_rows('source', 'azure', 'actual_costs') }}
),

meters as (
    select * from {{ ref('stg_azure__meters') }}
    -- what counts tokens and does not say of what kind is in no bucket
    where bill_meter like 'input%' or bill_meter like 'output%'
),

metered as (
    select
        current_rows._delivery_id as delivery_id,
        coalesce(current_rows.BillingAccountId, '(default)') as account_id,
        current_rows.SubscriptionId as project_id,
        {{ azure_json('current_rows.Tags') }} as tags,
        meters.model_name,
        coalesce(meters.service_tier, 'standard') as service_tier,
        -- other deployments serve from several regions
        case
            when meters.deployment_scope = 'regional'
                then {{ azure_region_id('current_rows.ResourceLocation') }}
        end as region_id,
        meters.context_over_tokens,
        date_trunc('day', current_rows.Date) as started_at,
        case meters.bill_meter
            when 'output' then 'output_text'
            when 'input_cache_write' then 'input_cache_write_30m'
            else meters.bill_meter
        end as usage_meter,
        meters.bill_meter = 'input_cache_write' as is_life_assumed,
        meters.units_per_quantity is not null as is_counted,
        cast(
            cast(current_rows.Quantity as decimal(25, 12)) * meters.units_per_quantity
            as decimal(38, 12)
        ) as quantity
    from current_rows
    inner join meters
        on
            current_rows.MeterCategory is not distinct from meters.meter_category
            and current_rows.MeterSubCategory is not distinct from meters.meter_subcategory
            and current_rows.MeterName is not distinct from meters.meter_name
            and current_rows.UnitOfMeasure is not distinct from meters.unit_of_measure
),

grouped as (
    {{ billed_usage('metered', group_key, meters) }}
),

renamed as (
    select
        {{ hash_key(group_key) }} as usage_id,
        'azure.actual_costs' as usage_source,
        'provider_report' as usage_kind,
        delivery_id,

        ---------- who
        'microsoft' as provider_id,
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
        started_at + interval 1 day as ended_at,
        cast(started_at as date) as usage_date,

        ---------- counts
        case when is_counted then 'succeeded' else 'unknown' end as request_status,
        false as is_request_grain,
        {%- for meter in token_meters() %}
            {{ meter }}_tokens,
        {%- endfor %}
        case when is_life_assumed then 'cache_life_assumed' end as usage_doubt
    from grouped
)

select * from renamed
