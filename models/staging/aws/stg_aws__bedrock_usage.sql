-- One row per hour or day × account × caller × tags × model × tier of Bedrock tokens on AWS bills.
-- What the bill states, as the provider's total beside logs of the same calls.
{%- set meters = token_meters() %}
{%- set group_key = [
    'delivery_id', 'account_id', 'project_id', 'credential_id', 'tags', 'model_name',
    'service_tier', 'region_id', 'context_over_tokens', 'started_at', 'ended_at', 'is_counted',
] %}
with source as (
    select
        _delivery_id,
        _scope_account,
        _scope_project,
        _scope_date,
        bill_payer_account_id,
        line_item_usage_account_id,
        line_item_iam_principal,
        line_item_usage_start_date,
        line_item_usage_end_date,
        line_item_usage_amount,
        line_item_product_code,
        line_item_usage_type,
        line_item_line_item_description,
        pricing_unit,
        product,
        product_product_name,
        product_instance_type,
        product_volume_api_name,
        product_region_code,
        product_region,
        product_to_region_code,
        resource_tags,
        tags,
        _extra
    from {{ source('aws', 'cur') }}
    -- few lines of a bill are tokens: told by their text before anything is computed
    where
        lower(line_item_usage_type) like '%token%'
        and line_item_line_item_type in ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage')
        and line_item_usage_amount > 0
        -- a report that is cut by months does not tell the days
        and coalesce(
            line_item_usage_end_date <= line_item_usage_start_date + interval 1 day, true
        )
),

current_rows as (
    {{ current_rows('source', 'aws', 'cur') }}
),

usage_types as (
    select * from {{ ref('stg_aws__usage_types') }}
    where is_token_use
),

keyed as (
    select
        *,
        {{ aws_use_id() }} as use_id
    from current_rows
),

metered as (
    select
        keyed.*,
        usage_types.model_name,
        coalesce(usage_types.service_tier, 'standard') as service_tier,
        -- a global profile has one price everywhere
        case when usage_types.model_name not like 'global.%' then usage_types.region_id end
            as region_id,
        usage_types.context_over_tokens,
        case
            when usage_types.bill_meter = 'output' then 'output_text'
            when usage_types.bill_meter <> 'input_cache_write' then usage_types.bill_meter
            when usage_types.model_name like '%openai.%' then 'input_cache_write_30m'
            else 'input_cache_write_5m'
        end as usage_meter,
        usage_types.bill_meter = 'input_cache_write' as is_life_assumed,
        usage_types.tokens_per_unit is not null as is_counted,
        cast(
            cast(keyed.line_item_usage_amount as decimal(28, 12))
            * cast(usage_types.tokens_per_unit as decimal(7, 0)) as decimal(38, 12)
        ) as quantity
    from keyed
    inner join usage_types
        on keyed.use_id = usage_types.use_id
    where usage_types.bill_meter <> 'other'
),

owned as (
    select
        _delivery_id as delivery_id,
        bill_payer_account_id as account_id,
        line_item_usage_account_id as project_id,
        line_item_iam_principal as credential_id,
        {{ aws_tags() }} as tags,
        model_name,
        service_tier,
        region_id,
        context_over_tokens,
        line_item_usage_start_date as started_at,
        coalesce(line_item_usage_end_date, line_item_usage_start_date) as ended_at,
        usage_meter,
        is_life_assumed,
        is_counted,
        quantity
    from metered
),

grouped as (
    {{ billed_usage('owned', group_key, meters) }}
),

renamed as (
    select
        {{ hash_key(group_key) }} as usage_id,
        'aws.cur' as usage_source,
        'provider_report' as usage_kind,
        delivery_id,

        ---------- who
        'aws' as provider_id,
        account_id,
        project_id,
        credential_id,
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
        case when is_counted then 'succeeded' else 'unknown' end as request_status,
        false as is_request_grain,
        {%- for meter in token_meters() %}
            {{ meter }}_tokens,
        {%- endfor %}
        case when is_life_assumed then 'cache_life_assumed' end as usage_doubt
    from grouped
)

select * from renamed
