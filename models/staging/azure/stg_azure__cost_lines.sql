-- One row per line of the current Azure exports: actual (what is billed) and amortized (what it is
-- for). Cost is in both views, never add them up; billed and effective cost say what counts.
with actual_costs as (
    select * from {{ source('azure', 'actual_costs') }}
),

amortized_costs as (
    select * from {{ source('azure', 'amortized_costs') }}
),

scopes as (
    select * from {{ ref('stg_landing__current_scopes') }}
    where source_name = 'azure'
),

current_actual_costs as (
    {{ current_rows('actual_costs', 'azure', 'actual_costs') }}
),

current_amortized_costs as (
    {{ current_rows('amortized_costs', 'azure', 'amortized_costs') }}
),

lines as (
    select
        'actual' as cost_view,
        current_actual_costs.*
    from current_actual_costs
    union all
    select
        'amortized' as cost_view,
        current_amortized_costs.*
    from current_amortized_costs
),

classified as (
    select
        *,
        lower(coalesce(ChargeType, 'Usage')) as charge_type,
        replace(lower(PricingModel), ' ', '') as pricing_model,
        coalesce(nullif(BenefitId, ''), nullif(ReservationId, '')) as commitment_id,
        coalesce(nullif(BenefitName, ''), nullif(ReservationName, '')) as commitment_name,
        lower(coalesce(ChargeType, 'Usage')) like 'unused%'
        or (
            lower(coalesce(ChargeType, 'Usage')) in ('usage', 'purchase', 'refund')
            and (
                coalesce(nullif(BenefitId, ''), nullif(ReservationId, '')) is not null
                or replace(lower(coalesce(PricingModel, '')), ' ', '')
                in ('reservation', 'savingsplan')
            )
        ) as is_commitment
    from lines
),

-- days that the one export covers, as seen from the lines of the other
project_days as (
    select distinct
        case table_name when 'actual_costs' then 'amortized' else 'actual' end as cost_view,
        scope_account,
        scope_project,
        scope_date
    from scopes
),

account_days as (
    select
        cost_view,
        scope_account,
        scope_date,
        max(case when scope_project = '*' then 1 else 0 end) as has_whole_account
    from project_days
    group by cost_view, scope_account, scope_date
),

plain_days as (
    select distinct
        cost_view,
        _scope_account,
        _scope_project,
        _scope_date
    from classified
    where not is_commitment
),

compared as (
    select
        classified.*,
        case
            when account_days.scope_date is null then false
            when account_days.has_whole_account = 1 or classified._scope_project = '*' then true
            when project_days.scope_date is not null then true
            -- a subscription that only buys commitments has no lines in an amortized export, one
            -- with other use would have them if the export covered it
            else plain_days._scope_date is null
        end as is_in_both_views
    from classified
    left join account_days
        on
            classified.cost_view = account_days.cost_view
            and classified._scope_account = account_days.scope_account
            and classified._scope_date = account_days.scope_date
    left join project_days
        on
            classified.cost_view = project_days.cost_view
            and classified._scope_account = project_days.scope_account
            and classified._scope_project = project_days.scope_project
            and classified._scope_date = project_days.scope_date
    left join plain_days
        on
            classified.cost_view = plain_days.cost_view
            and classified._scope_account = plain_days._scope_account
            and classified._scope_project = plain_days._scope_project
            and classified._scope_date = plain_days._scope_date
),

renamed as (
    select
        concat(_delivery_id, '-', cast(_row_number as string)) as line_id,
        _delivery_id as delivery_id,
        cost_view,
        is_commitment,
        is_in_both_views,
        case cost_view
            -- covered use costs nothing in the actual export; its twin has the amortized cost
            when 'actual'
                then not (
                    is_commitment and is_in_both_views and charge_type = 'usage'
                    and CostInBillingCurrency = 0
                )
            else is_commitment and is_in_both_views
        end as is_charge,
        Date as usage_at,
        BillingPeriodStartDate as billing_period_start_at,
        BillingPeriodEndDate as billing_period_end_at,
        coalesce(BillingAccountId, '(default)') as billing_account_id,
        BillingAccountName as billing_account_name,
        SubscriptionId as subscription_id,
        SubscriptionName as subscription_name,
        InvoiceId as invoice_id,
        PreviousInvoiceId as previous_invoice_id,
        charge_type,
        pricing_model,
        Frequency as azure_frequency,
        commitment_id,
        commitment_name,
        ProductOrderId as product_order_id,
        ProductOrderName as product_order_name,
        {{ hash_key(['MeterCategory', 'MeterSubCategory', 'MeterName', 'UnitOfMeasure']) }}
            as meter_key,
        MeterCategory as meter_category,
        MeterSubCategory as meter_subcategory,
        MeterId as meter_id,
        MeterName as meter_name,
        UnitOfMeasure as unit_of_measure,
        ServiceFamily as service_family,
        ConsumedService as consumed_service,
        ProductId as product_id,
        PartNumber as part_number,
        ProductName as product_name,
        PublisherType as publisher_type,
        PublisherName as publisher_name,
        ResourceId as resource_id,
        ResourceName as resource_name,
        ResourceType as resource_type,
        ResourceLocation as resource_location,
        AvailabilityZone as availability_zone,
        {{ azure_json('Tags') }} as tags,
        {{ azure_json('AdditionalInfo') }} as additional_info,
        cast(Quantity as decimal(38, 12)) as quantity,
        upper(BillingCurrency) as billing_currency,
        upper(PricingCurrency) as pricing_currency,
        ExchangeRatePricingToBilling as billing_per_pricing_currency,
        PayGPrice as payg_price,
        UnitPrice as unit_price,
        cast(PayGCostInBillingCurrency as decimal(38, 12)) as payg_cost,
        cast(CostInPricingCurrency as decimal(38, 12)) as cost_in_pricing_currency,
        cast(CostInBillingCurrency as decimal(38, 12)) as cost_in_view,
        cast(
            case cost_view when 'actual' then CostInBillingCurrency else 0 end as decimal(38, 12)
        ) as billed_cost,
        cast(
            case
                when cost_view = 'actual' and is_commitment and is_in_both_views then 0
                else CostInBillingCurrency
            end as decimal(38, 12)
        ) as effective_cost
    from compared
)

select * from renamed
