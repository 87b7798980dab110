-- One row per billed line, in the columns and names of FOCUS 1.4, then ours with the prefix x_.
-- Not additive: billed, effective, contracted and list cost are four views of one bill.
with charges as (
    select * from {{ ref('fct_charges') }}
),

bill_meters as (
    select * from {{ ref('bill_meters') }}
),

meters as (
    select * from {{ ref('meters') }}
),

-- a group of meters has a direction or a cache action only where all its meters share it
token_keys as (
    select
        bill_meters.bill_meter,
        case
            when
                count(meters.token_direction) = count(*)
                and min(meters.token_direction) = max(meters.token_direction)
                then max(meters.token_direction)
        end as token_direction,
        case
            when
                count(meters.cache_action) = count(*)
                and min(meters.cache_action) = max(meters.cache_action)
                then max(meters.cache_action)
        end as cache_action
    from bill_meters
    inner join meters
        on bill_meters.meter = meters.meter
    group by bill_meters.bill_meter
),

-- AI bills name model, meter and tier, but no SKU; FOCUS asks for one wherever details are given
skus as (
    select
        charges.*,
        coalesce(
            charges.sku_id,
            case
                when charges.model_name is not null
                    then concat_ws('/', charges.provider_id, charges.model_name, charges.bill_meter)
            end
        ) as known_sku_id,
        coalesce(charges.model_id, charges.model_name) as focus_model_id,
        case token_keys.token_direction when 'input' then 'Input' when 'output' then 'Output' end
            as focus_token_direction,
        case token_keys.cache_action
            when 'uncached' then 'Uncached'
            when 'read' then 'Read'
            when 'write' then 'Write'
        end as focus_token_cache_action,
        charges.model_name is not null
        and (charges.sku_id is null or charges.sku_price_id is null) as has_derived_sku
    from charges
    left join token_keys
        on charges.bill_meter = token_keys.bill_meter
),

sku_prices as (
    select
        *,
        coalesce(
            sku_price_id,
            case
                when model_name is not null
                    then concat_ws('/', known_sku_id, service_tier, region_id)
            end
        ) as known_sku_price_id
    from skus
),

renamed as (
    select
        ---------- who
        billing_account_id as BillingAccountId,
        billing_account_name as BillingAccountName,
        billing_account_type as BillingAccountType,
        sub_account_id as SubAccountId,
        sub_account_name as SubAccountName,
        sub_account_type as SubAccountType,
        invoice_id as InvoiceId,
        invoice_detail_id as InvoiceDetailId,
        -- who sells also invoices and hosts, unless the bill says otherwise
        coalesce(invoice_issuer_name, service_provider_name, provider_id) as InvoiceIssuerName,
        coalesce(service_provider_name, provider_id) as ServiceProviderName,
        coalesce(host_provider_name, service_provider_name, provider_id) as HostProviderName,

        ---------- when
        billing_period_start as BillingPeriodStart,
        billing_period_end as BillingPeriodEnd,
        charge_period_start as ChargePeriodStart,
        charge_period_end as ChargePeriodEnd,

        ---------- what
        charge_category as ChargeCategory,
        charge_class as ChargeClass,
        charge_frequency as ChargeFrequency,
        charge_description as ChargeDescription,
        coalesce(service_category, 'Other') as ServiceCategory,
        coalesce(service_subcategory, concat('Other (', coalesce(service_category, 'Other'), ')'))
            as ServiceSubcategory,
        coalesce(service_name, 'Other') as ServiceName,
        known_sku_id as SkuId,
        case when known_sku_id is not null then sku_meter end as SkuMeter,
        known_sku_price_id as SkuPriceId,
        case
            when known_sku_price_id is null then sku_price_details
            else
                {{ json_with('sku_price_details', [
                    ['ModelId', 'focus_model_id'],
                    ['TokenDirection', 'focus_token_direction'],
                    ['TokenCacheAction', 'focus_token_cache_action'],
                    ['InstanceType', 'instance_type'],
                ]) }}
        end as SkuPriceDetails,
        region_id as RegionId,
        region_name as RegionName,
        availability_zone as AvailabilityZone,
        resource_id as ResourceId,
        resource_name as ResourceName,
        resource_type as ResourceType,
        cast(tags as string) as Tags,

        ---------- how much
        pricing_category as PricingCategory,
        pricing_quantity as PricingQuantity,
        pricing_unit as PricingUnit,
        pricing_currency as PricingCurrency,
        pricing_currency_contracted_unit_price as PricingCurrencyContractedUnitPrice,
        pricing_currency_effective_cost as PricingCurrencyEffectiveCost,
        pricing_currency_list_unit_price as PricingCurrencyListUnitPrice,
        consumed_quantity as ConsumedQuantity,
        consumed_unit as ConsumedUnit,
        list_unit_price as ListUnitPrice,
        contracted_unit_price as ContractedUnitPrice,
        billing_currency as BillingCurrency,
        -- a credit has no price behind it: FOCUS lets its list and contracted cost match the billed
        -- one. Of other charges they stay unknown: billed cost there would say "no discount".
        case
            when charge_category = 'Credit' and list_unit_price is null
                then coalesce(list_cost, billed_cost)
            else list_cost
        end as ListCost,
        case
            when charge_category = 'Credit' and contracted_unit_price is null
                then coalesce(contracted_cost, billed_cost)
            else contracted_cost
        end as ContractedCost,
        effective_cost as EffectiveCost,
        billed_cost as BilledCost,

        ---------- commitments and allocation
        capacity_reservation_id as CapacityReservationId,
        capacity_reservation_status as CapacityReservationStatus,
        commitment_discount_category as CommitmentDiscountCategory,
        commitment_discount_id as CommitmentDiscountId,
        commitment_discount_name as CommitmentDiscountName,
        commitment_discount_quantity as CommitmentDiscountQuantity,
        commitment_discount_status as CommitmentDiscountStatus,
        commitment_discount_type as CommitmentDiscountType,
        commitment_discount_unit as CommitmentDiscountUnit,
        commitment_program_eligibility_details as CommitmentProgramEligibilityDetails,
        contract_applied as ContractApplied,
        allocated_method_id as AllocatedMethodId,
        allocated_method_details as AllocatedMethodDetails,
        allocated_resource_id as AllocatedResourceId,
        allocated_resource_name as AllocatedResourceName,
        allocated_tags as AllocatedTags,

        ---------- ours
        charge_id as x_ChargeId,
        charge_source as x_ChargeSource,
        delivery_id as x_DeliveryId,
        provider_id as x_ProviderId,
        credential_id as x_CredentialId,
        model_id as x_ModelId,
        model_name as x_ModelName,
        bill_meter as x_Meter,
        service_tier as x_ServiceTier,
        instance_type as x_InstanceType,
        workload_id as x_WorkloadId,
        has_derived_sku as x_HasDerivedSku,
        fx_usd_per_billing_currency as x_UsdPerBillingCurrency,
        billed_cost_usd as x_BilledCostUsd,
        effective_cost_usd as x_EffectiveCostUsd,
        case
            when charge_category = 'Credit' and contracted_unit_price is null
                then coalesce(contracted_cost_usd, billed_cost_usd)
            else contracted_cost_usd
        end as x_ContractedCostUsd,
        case
            when charge_category = 'Credit' and list_unit_price is null
                then coalesce(list_cost_usd, billed_cost_usd)
            else list_cost_usd
        end as x_ListCostUsd
    from sku_prices
)

select * from renamed
