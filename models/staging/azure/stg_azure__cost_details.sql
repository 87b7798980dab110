-- One row per charge of Azure: a line that was billed, or the amortized cost of a commitment.
with lines as (
    select * from {{ ref('stg_azure__cost_lines') }}
    where is_charge
),

meters as (
    select * from {{ ref('stg_azure__meters') }}
),

opened as (
    select
        lines.*,
        meters.model_name,
        {%- for column, value in {
            'bill_meter': 'provisioned_capacity', 'service_tier': 'provisioned',
        }.items() %}
            -- a reservation of throughput may be bought under a meter that does not say so
            case
                when
                    lower(coalesce(lines.product_order_name, lines.product_name, ''))
                    like '%provisioned throughput%'
                    then '{{ value }}'
                else meters.{{ column }}
            end as {{ column }},
        {%- endfor %}
        meters.storage_class,
        meters.transfer_kind,
        meters.is_outbound,
        meters.is_inbound,
        meters.consumed_unit,
        meters.pricing_unit,
        meters.units_per_quantity,
        {{ json_text('lines.additional_info', 'ServiceType') }} as service_type,
        lower(coalesce(lines.meter_category, '')) as category,
        coalesce(lines.pricing_model, '') = 'savingsplan'
        or lines.charge_type = 'unusedsavingsplan'
        or lower(coalesce(lines.commitment_id, '')) like '%savingsplan%' as is_savings_plan,
        -- prices are in the pricing currency; without a rate their cost in another is unknown
        try_cast(
            case
                when lines.pricing_currency is null then 1
                when lines.pricing_currency = lines.billing_currency then 1
                else lines.billing_per_pricing_currency
            end as decimal(18, 10)
        ) as billing_per_price,
        -- a price of 0 beside one that is not means that Azure lists none
        try_cast(
            case
                when lines.payg_price <> 0 or coalesce(lines.unit_price, lines.cost_in_view) = 0
                    then lines.payg_price
            end as decimal(19, 12)
        ) as list_price,
        try_cast(lines.unit_price as decimal(19, 12)) as negotiated_price,
        try_cast(lines.quantity as decimal(19, 10)) as priced_quantity
    from lines
    left join meters
        on lines.meter_key = meters.meter_key
),

located as (
    select
        *,
        {{ azure_region_id('resource_location') }} as region_id,
        charge_type in ('usage', 'unusedreservation', 'unusedsavingsplan') as is_usage,
        case
            when units_per_quantity is not null
                then cast(list_price * billing_per_price as decimal(38, 12))
        end as list_unit_price,
        case
            when units_per_quantity is not null
                then cast(negotiated_price * billing_per_price as decimal(38, 12))
        end as contracted_unit_price
    from opened
),

renamed as (
    select
        line_id as charge_id,
        -- one bill, whichever of its two views a line is from
        'azure.cost_details' as charge_source,
        delivery_id,

        ---------- who
        'microsoft' as provider_id,
        billing_account_id,
        billing_account_name,
        subscription_id as sub_account_id,
        subscription_name as sub_account_name,
        case when subscription_id is not null then 'Subscription' end as sub_account_type,
        invoice_id,
        'Microsoft' as invoice_issuer_name,
        case
            when lower(publisher_type) = 'marketplace' then coalesce(publisher_name, 'Microsoft')
            else 'Microsoft'
        end as service_provider_name,
        'Microsoft' as host_provider_name,

        ---------- when
        coalesce(billing_period_start_at, date_trunc('month', usage_at)) as billing_period_start,
        coalesce(
            billing_period_end_at + interval 1 day,
            date_trunc('month', usage_at) + interval 1 month
        ) as billing_period_end,
        date_trunc('day', usage_at) as charge_period_start,
        date_trunc('day', usage_at) + interval 1 day as charge_period_end,

        ---------- what
        case
            when is_usage then 'Usage'
            when charge_type = 'purchase' or (charge_type = 'refund' and is_commitment)
                then 'Purchase'
            when charge_type = 'tax' then 'Tax'
            when charge_type in ('refund', 'credit') then 'Credit'
            else 'Adjustment'
        end as charge_category,
        case when charge_type = 'refund' or previous_invoice_id is not null then 'Correction' end
            as charge_class,
        case lower(azure_frequency)
            when 'usagebased' then 'Usage-Based'
            when 'onetime' then 'One-Time'
            when 'recurring' then 'Recurring'
        end as charge_frequency,
        coalesce(product_name, product_order_name, meter_name) as charge_description,
        case
            when bill_meter is not null and model_name is not null then 'AI and Machine Learning'
            when
                category like '%openai%' or category like '%foundry%'
                or category in ('cognitive services', 'azure machine learning')
                then 'AI and Machine Learning'
            when category like 'virtual machine%' then 'Compute'
            when category = 'storage' then 'Storage'
            when category in ('bandwidth', 'virtual network', 'load balancer') then 'Networking'
            when service_family = 'AI + Machine Learning' then 'AI and Machine Learning'
            when service_family in ('Compute', 'Storage', 'Networking', 'Databases', 'Analytics')
                then service_family
            else 'Other'
        end as service_category,
        coalesce(meter_category, consumed_service) as service_name,
        coalesce(product_id, part_number, meter_id) as sku_id,
        meter_name as sku_meter,
        meter_id as sku_price_id,
        region_id,
        resource_location as region_name,
        availability_zone,
        resource_id,
        coalesce(resource_name, nullif(regexp_extract(resource_id, '([^/]+)$', 1), ''))
            as resource_name,
        coalesce(
            resource_type,
            nullif(regexp_extract(resource_id, '/providers/([^/]+/[^/]+)/', 1), '')
        ) as resource_type,
        case
            when category <> 'virtual machines' or not is_usage then null
            when service_type like 'Standard%' or service_type like 'Basic%' then service_type
            -- 'D3 v2/DS3 v2' is one meter of two machine types
            when meter_name not like '%/%'
                then concat(
                    'Standard_',
                    replace(regexp_replace(meter_name, ' (Spot|Low Priority)$', ''), ' ', '_')
                )
        end as instance_type,
        storage_class,
        transfer_kind,
        case when is_outbound then region_id end as from_region_id,
        case when is_inbound then region_id end as to_region_id,
        tags,
        model_name,
        case
            when
                is_usage
                or (
                    bill_meter = 'provisioned_capacity'
                    and (charge_type = 'purchase' or (charge_type = 'refund' and is_commitment))
                )
                then bill_meter
        end as bill_meter,
        service_tier,

        ---------- how much
        case
            when charge_type in ('tax', 'refund', 'credit') then null
            when is_commitment and is_usage then 'Committed'
            when pricing_model = 'ondemand' then 'Standard'
            when pricing_model = 'spot' then 'Dynamic'
        end as pricing_category,
        -- a quantity of nobody knows what is none; a unit that the seed lacks is kept as it is
        case
            when charge_type <> 'tax' and coalesce(pricing_unit, unit_of_measure) is not null
                then quantity
        end as pricing_quantity,
        case
            when charge_type <> 'tax' and quantity is not null
                then coalesce(pricing_unit, unit_of_measure)
        end as pricing_unit,
        pricing_currency,
        case
            when is_usage and charge_type not like 'unused%'
                then cast(
                    cast(quantity as decimal(25, 12)) * units_per_quantity as decimal(38, 12)
                )
        end as consumed_quantity,
        case
            when
                is_usage and charge_type not like 'unused%'
                and quantity is not null and units_per_quantity is not null
                then consumed_unit
        end as consumed_unit,
        billing_currency,
        list_unit_price,
        contracted_unit_price,
        coalesce(
            payg_cost,
            cast(
                priced_quantity * try_cast(list_unit_price as decimal(18, 10)) as decimal(38, 12)
            )
        ) as list_cost,
        cast(
            priced_quantity * try_cast(contracted_unit_price as decimal(18, 10)) as decimal(38, 12)
        ) as contracted_cost,
        effective_cost,
        billed_cost,

        ---------- commitments
        case
            when not is_commitment then null
            when is_savings_plan then 'Spend'
            else 'Usage'
        end as commitment_discount_category,
        case when is_commitment then commitment_id end as commitment_discount_id,
        case when is_commitment then commitment_name end as commitment_discount_name,
        case
            when charge_type like 'unused%' then 'Unused'
            when is_commitment and is_usage then 'Used'
        end as commitment_discount_status,
        case
            when not is_commitment then null
            when is_savings_plan then 'Savings Plan'
            else 'Reservation'
        end as commitment_discount_type
    from located
)

select * from renamed
