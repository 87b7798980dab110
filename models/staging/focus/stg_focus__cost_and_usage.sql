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
        lower({{ json_text('SkuPriceDetails', 'TokenDirection') }}) as stated_direction,
        lower({{ json_text('SkuPriceDetails', 'TokenCacheAction') }}) as stated_cache_action,
        case when lower(ConsumedUnit) in ('token', 'tokens') then lower(SkuMeter) end as token_text
    from current_rows
),

-- a line may name its model and leave it to its meter's name which of the tokens it bills
directed as (
    select
        *,
        case
            when stated_direction is not null or model_name is null then stated_direction
            when token_text like '%output%' then 'output'
            when token_text like '%input%' then 'input'
        end as token_direction,
        case
            when stated_direction is not null or model_name is null then stated_cache_action
            when token_text like '%cache%write%' then 'write'
            when token_text like '%cache%' then 'read'
        end as token_cache_action
    from opened
),

renamed as (
    select
        concat(directed._delivery_id, '-', cast(directed._row_number as string)) as charge_id,
        'focus.cost_and_usage' as charge_source,
        directed._delivery_id as delivery_id,

        ---------- who
        coalesce(
            provider_names.provider_id,
            -- spaces become underscores, punctuation goes
            translate(lower(trim(directed.provider_text)), ' .,''()&/', '_')
        ) as provider_id,
        directed.BillingAccountId as billing_account_id,
        directed.BillingAccountName as billing_account_name,
        directed.BillingAccountType as billing_account_type,
        directed.SubAccountId as sub_account_id,
        directed.SubAccountName as sub_account_name,
        directed.SubAccountType as sub_account_type,
        directed.CredentialId as credential_id,
        directed.InvoiceId as invoice_id,
        directed.InvoiceDetailId as invoice_detail_id,
        directed.InvoiceIssuerName as invoice_issuer_name,
        coalesce(directed.ServiceProviderName, directed.ProviderName) as service_provider_name,
        directed.HostProviderName as host_provider_name,

        ---------- when
        directed.BillingPeriodStart as billing_period_start,
        directed.BillingPeriodEnd as billing_period_end,
        directed.ChargePeriodStart as charge_period_start,
        directed.ChargePeriodEnd as charge_period_end,

        ---------- what
        directed.ChargeCategory as charge_category,
        directed.ChargeClass as charge_class,
        case lower(directed.ChargeFrequency)
            when 'usage-based' then 'Usage-Based'
            when 'one-time' then 'One-Time'
            when 'recurring' then 'Recurring'
            else directed.ChargeFrequency
        end as charge_frequency,
        directed.ChargeDescription as charge_description,
        directed.ServiceCategory as service_category,
        directed.ServiceSubcategory as service_subcategory,
        directed.ServiceName as service_name,
        directed.SkuId as sku_id,
        directed.SkuMeter as sku_meter,
        directed.SkuPriceId as sku_price_id,
        directed.SkuPriceDetails as sku_price_details,
        directed.RegionId as region_id,
        directed.RegionName as region_name,
        directed.AvailabilityZone as availability_zone,
        directed.ResourceId as resource_id,
        directed.ResourceName as resource_name,
        directed.ResourceType as resource_type,
        -- FOCUS 1.0 has no place for it; AWS names it in the description of the line
        coalesce(
            {{ json_text('directed.SkuPriceDetails', 'InstanceType') }},
            nullif(
                regexp_extract(
                    directed.ChargeDescription,
                    ' ((ml[.])?[a-z][a-z0-9-]*[.][a-z0-9-]+) Instance Hour', 1
                ),
                ''
            )
        ) as instance_type,
        cast(directed.Tags as string) as tags,
        directed.model_name,
        case
            when directed.token_direction = 'output' then 'output'
            when directed.token_direction = 'input' and directed.token_cache_action = 'uncached'
                then 'input_uncached'
            when directed.token_direction = 'input' and directed.token_cache_action = 'read'
                then 'input_cache_read'
            when directed.token_direction = 'input' and directed.token_cache_action = 'write'
                then 'input_cache_write'
            when directed.token_direction = 'input' then 'input'
            -- not tokens: cache storage, tools, hosting
            when directed.model_name is not null and directed.ChargeCategory = 'Usage' then 'other'
        end as bill_meter,

        ---------- how much
        directed.PricingCategory as pricing_category,
        cast(directed.PricingQuantity as decimal(38, 12)) as pricing_quantity,
        directed.PricingUnit as pricing_unit,
        directed.PricingCurrency as pricing_currency,
        cast(directed.PricingCurrencyContractedUnitPrice as decimal(38, 12))
            as pricing_currency_contracted_unit_price,
        cast(directed.PricingCurrencyEffectiveCost as decimal(38, 12))
            as pricing_currency_effective_cost,
        cast(directed.PricingCurrencyListUnitPrice as decimal(38, 12))
            as pricing_currency_list_unit_price,
        cast(directed.ConsumedQuantity as decimal(38, 12)) as consumed_quantity,
        directed.ConsumedUnit as consumed_unit,
        cast(directed.ListUnitPrice as decimal(38, 12)) as list_unit_price,
        cast(directed.ContractedUnitPrice as decimal(38, 12)) as contracted_unit_price,
        upper(directed.BillingCurrency) as billing_currency,
        cast(directed.ListCost as decimal(38, 12)) as list_cost,
        cast(directed.ContractedCost as decimal(38, 12)) as contracted_cost,
        cast(directed.EffectiveCost as decimal(38, 12)) as effective_cost,
        cast(directed.BilledCost as decimal(38, 12)) as billed_cost,

        ---------- commitments and allocation
        directed.CapacityReservationId as capacity_reservation_id,
        directed.CapacityReservationStatus as capacity_reservation_status,
        directed.CommitmentDiscountCategory as commitment_discount_category,
        directed.CommitmentDiscountId as commitment_discount_id,
        directed.CommitmentDiscountName as commitment_discount_name,
        cast(directed.CommitmentDiscountQuantity as decimal(38, 12))
            as commitment_discount_quantity,
        directed.CommitmentDiscountStatus as commitment_discount_status,
        directed.CommitmentDiscountType as commitment_discount_type,
        directed.CommitmentDiscountUnit as commitment_discount_unit,
        directed.CommitmentProgramEligibilityDetails as commitment_program_eligibility_details,
        directed.ContractApplied as contract_applied,
        directed.AllocatedMethodId as allocated_method_id,
        directed.AllocatedMethodDetails as allocated_method_details,
        directed.AllocatedResourceId as allocated_resource_id,
        directed.AllocatedResourceName as allocated_resource_name,
        directed.AllocatedTags as allocated_tags
    from directed
    left join provider_names
        on lower(trim(directed.provider_text)) = provider_names.provider_name
)

select * from renamed
