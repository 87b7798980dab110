-- One row per billed line in our own documented format: FOCUS 1.4 columns in snake_case.
with source as (
    select * from {{ source('standard', 'charges') }}
),

current_rows as (
    {{ current_rows('source', 'standard', 'charges') }}
),

renamed as (
    select
        concat(_delivery_id, '-', cast(_row_number as string)) as charge_id,
        'standard.charges' as charge_source,
        _delivery_id as delivery_id,
        lower(provider_id) as provider_id,
        coalesce(billing_account_id, '(default)') as billing_account_id,
        billing_account_name,
        billing_account_type,
        sub_account_id,
        sub_account_name,
        sub_account_type,
        credential_id,
        invoice_id,
        invoice_detail_id,
        invoice_issuer_name,
        service_provider_name,
        host_provider_name,
        coalesce(billing_period_start, date_trunc('month', charge_period_start))
            as billing_period_start,
        coalesce(
            billing_period_end, date_trunc('month', charge_period_start) + interval 1 month
        ) as billing_period_end,
        charge_period_start,
        charge_period_end,
        charge_category,
        charge_class,
        charge_frequency,
        charge_description,
        service_category,
        service_subcategory,
        service_name,
        sku_id,
        sku_meter,
        sku_price_id,
        sku_price_details,
        region_id,
        region_name,
        availability_zone,
        resource_id,
        resource_name,
        resource_type,
        instance_type,
        storage_class,
        transfer_kind,
        from_region_id,
        to_region_id,
        tags,
        model_name,
        bill_meter,
        service_tier,
        pricing_category,
        cast(pricing_quantity as decimal(38, 12)) as pricing_quantity,
        pricing_unit,
        pricing_currency,
        cast(pricing_currency_contracted_unit_price as decimal(38, 12))
            as pricing_currency_contracted_unit_price,
        cast(pricing_currency_effective_cost as decimal(38, 12))
            as pricing_currency_effective_cost,
        cast(pricing_currency_list_unit_price as decimal(38, 12))
            as pricing_currency_list_unit_price,
        cast(consumed_quantity as decimal(38, 12)) as consumed_quantity,
        consumed_unit,
        cast(list_unit_price as decimal(38, 12)) as list_unit_price,
        cast(contracted_unit_price as decimal(38, 12)) as contracted_unit_price,
        upper(billing_currency) as billing_currency,
        cast(list_cost as decimal(38, 12)) as list_cost,
        cast(contracted_cost as decimal(38, 12)) as contracted_cost,
        cast(coalesce(effective_cost, billed_cost) as decimal(38, 12)) as effective_cost,
        cast(billed_cost as decimal(38, 12)) as billed_cost,
        capacity_reservation_id,
        capacity_reservation_status,
        commitment_discount_category,
        commitment_discount_id,
        commitment_discount_name,
        cast(commitment_discount_quantity as decimal(38, 12))
            as commitment_discount_quantity,
        commitment_discount_status,
        commitment_discount_type,
        commitment_discount_unit,
        commitment_program_eligibility_details,
        contract_applied,
        allocated_method_id,
        allocated_method_details,
        allocated_resource_id,
        allocated_resource_name,
        allocated_tags
    from current_rows
)

select * from renamed
