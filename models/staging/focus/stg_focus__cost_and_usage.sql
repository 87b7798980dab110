-- One row per billed line of a FOCUS cost and usage export, 1.0 to 1.4 (and AI keys of 1.5-draft).
-- FOCUS 1.0 to 1.2 name the provider in ProviderName, from 1.3 on in ServiceProviderName.
with source as (
    select * from {{ source('focus', 'cost_and_usage') }}
),

current_rows as (
    {{ current_rows('source', 'focus', 'cost_and_usage') }}
),

provider_names as (
    select * from {{ ref('provider_names') }}
),

opened as (
    select
        *,
        coalesce(ServiceProviderName, ProviderName, InvoiceIssuerName, 'unknown') as provider_text,
        {{ json_text('SkuPriceDetails', 'ModelId') }} as model_name,
        lower({{ json_text('SkuPriceDetails', 'TokenDirection') }}) as token_direction,
        lower({{ json_text('SkuPriceDetails', 'TokenCacheAction') }}) as token_cache_action
    from current_rows
),

renamed as (
    select
        concat(opened._delivery_id, '-', cast(opened._row_number as string)) as charge_id,
        'focus.cost_and_usage' as charge_source,
        opened._delivery_id as delivery_id,

        ---------- who
        coalesce(
            provider_names.provider_id,
            -- spaces become underscores, punctuation goes
            translate(lower(trim(opened.provider_text)), ' .,''()&/', '_')
        ) as provider_id,
        opened.BillingAccountId as billing_account_id,
        opened.BillingAccountName as billing_account_name,
        opened.BillingAccountType as billing_account_type,
        opened.SubAccountId as sub_account_id,
        opened.SubAccountName as sub_account_name,
        opened.SubAccountType as sub_account_type,
        opened.CredentialId as credential_id,
        opened.InvoiceId as invoice_id,
        opened.InvoiceDetailId as invoice_detail_id,
        opened.InvoiceIssuerName as invoice_issuer_name,
        coalesce(opened.ServiceProviderName, opened.ProviderName) as service_provider_name,
        opened.HostProviderName as host_provider_name,

        ---------- when
        opened.BillingPeriodStart as billing_period_start,
        opened.BillingPeriodEnd as billing_period_end,
        opened.ChargePeriodStart as charge_period_start,
        opened.ChargePeriodEnd as charge_period_end,

        ---------- what
        opened.ChargeCategory as charge_category,
        opened.ChargeClass as charge_class,
        case lower(opened.ChargeFrequency)
            when 'usage-based' then 'Usage-Based'
            when 'one-time' then 'One-Time'
            when 'recurring' then 'Recurring'
            else opened.ChargeFrequency
        end as charge_frequency,
        opened.ChargeDescription as charge_description,
        opened.ServiceCategory as service_category,
        opened.ServiceSubcategory as service_subcategory,
        opened.ServiceName as service_name,
        opened.SkuId as sku_id,
        opened.SkuMeter as sku_meter,
        opened.SkuPriceId as sku_price_id,
        opened.SkuPriceDetails as sku_price_details,
        opened.RegionId as region_id,
        opened.RegionName as region_name,
        opened.AvailabilityZone as availability_zone,
        opened.ResourceId as resource_id,
        opened.ResourceName as resource_name,
        opened.ResourceType as resource_type,
        -- FOCUS 1.0 has no place for it; AWS names it in the description of the line
        coalesce(
            {{ json_text('opened.SkuPriceDetails', 'InstanceType') }},
            nullif(
                regexp_extract(
                    opened.ChargeDescription,
                    ' ((ml[.])?[a-z][a-z0-9-]*[.][a-z0-9-]+) Instance Hour', 1
                ),
                ''
            )
        ) as instance_type,
        cast(opened.Tags as string) as tags,
        opened.model_name,
        case
            when opened.token_direction = 'output' then 'output'
            when opened.token_direction = 'input' and opened.token_cache_action = 'uncached'
                then 'input_uncached'
            when opened.token_direction = 'input' and opened.token_cache_action = 'read'
                then 'input_cache_read'
            when opened.token_direction = 'input' and opened.token_cache_action = 'write'
                then 'input_cache_write'
            when opened.token_direction = 'input' then 'input'
        end as bill_meter,

        ---------- how much
        opened.PricingCategory as pricing_category,
        cast(opened.PricingQuantity as decimal(38, 12)) as pricing_quantity,
        opened.PricingUnit as pricing_unit,
        opened.PricingCurrency as pricing_currency,
        cast(opened.PricingCurrencyContractedUnitPrice as decimal(38, 12))
            as pricing_currency_contracted_unit_price,
        cast(opened.PricingCurrencyEffectiveCost as decimal(38, 12))
            as pricing_currency_effective_cost,
        cast(opened.PricingCurrencyListUnitPrice as decimal(38, 12))
            as pricing_currency_list_unit_price,
        cast(opened.ConsumedQuantity as decimal(38, 12)) as consumed_quantity,
        opened.ConsumedUnit as consumed_unit,
        cast(opened.ListUnitPrice as decimal(38, 12)) as list_unit_price,
        cast(opened.ContractedUnitPrice as decimal(38, 12)) as contracted_unit_price,
        upper(opened.BillingCurrency) as billing_currency,
        cast(opened.ListCost as decimal(38, 12)) as list_cost,
        cast(opened.ContractedCost as decimal(38, 12)) as contracted_cost,
        cast(opened.EffectiveCost as decimal(38, 12)) as effective_cost,
        cast(opened.BilledCost as decimal(38, 12)) as billed_cost,

        ---------- commitments and allocation
        opened.CapacityReservationId as capacity_reservation_id,
        opened.CapacityReservationStatus as capacity_reservation_status,
        opened.CommitmentDiscountCategory as commitment_discount_category,
        opened.CommitmentDiscountId as commitment_discount_id,
        opened.CommitmentDiscountName as commitment_discount_name,
        cast(opened.CommitmentDiscountQuantity as decimal(38, 12)) as commitment_discount_quantity,
        opened.CommitmentDiscountStatus as commitment_discount_status,
        opened.CommitmentDiscountType as commitment_discount_type,
        opened.CommitmentDiscountUnit as commitment_discount_unit,
        opened.CommitmentProgramEligibilityDetails as commitment_program_eligibility_details,
        opened.ContractApplied as contract_applied,
        opened.AllocatedMethodId as allocated_method_id,
        opened.AllocatedMethodDetails as allocated_method_details,
        opened.AllocatedResourceId as allocated_resource_id,
        opened.AllocatedResourceName as allocated_resource_name,
        opened.AllocatedTags as allocated_tags
    from opened
    left join provider_names
        on lower(trim(opened.provider_text)) = provider_names.provider_name
)

select * from renamed
