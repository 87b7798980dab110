-- One row per line of Google Cloud's billing export, and one per promotional credit on a line.
-- Discounts that come as credits lower the line itself; nothing is multiplied by its credits.
{%- set row_key = ['_delivery_id', '_row_number'] %}
with source as (
    select * from {{ source('gcp', 'billing_export') }}
),

skus as (
    select * from {{ ref('stg_gcp__skus') }}
),

current_rows as (
    {{ current_rows('source', 'gcp', 'billing_export') }}
),

credit_items as (
    {{ json_array_items('current_rows', 'credits', row_key) }}
),

row_credits as (
    select
        _delivery_id,
        _row_number,
        item_position,
        {{ json_text('item', 'type') }} as credit_type,
        coalesce(
            {{ json_text('item', 'full_name') }},
            {{ json_text('item', 'name') }},
            {{ json_text('item', 'id') }}
        ) as credit_name,
        -- by way of 18 decimals, as landing reads cost
        cast(
            try_cast({{ json_text('item', 'amount') }} as decimal(38, 18)) as decimal(38, 12)
        ) as credit_amount
    from credit_items
),

sorted_credits as (
    select
        *,
        -- reduced prices; everything else, promotions above all, is a way to pay
        coalesce(
            credit_type in (
                'COMMITTED_USAGE_DISCOUNT', 'COMMITTED_USAGE_DISCOUNT_DOLLAR_BASE',
                'FEE_UTILIZATION_OFFSET', 'SUSTAINED_USAGE_DISCOUNT', 'DISCOUNT', 'FREE_TIER',
                'RESELLER_MARGIN', 'SUBSCRIPTION_BENEFIT'
            ),
            false
        ) as is_discount
    from row_credits
),

discounts as (
    select
        _delivery_id,
        _row_number,
        -- an amount that is no number makes the sum unknown, which a test reports
        case when count(*) = count(credit_amount) then sum(credit_amount) end as discount_amount,
        max(case when credit_type like 'COMMITTED%' then 1 else 0 end) = 1 as is_committed
    from sorted_credits
    where is_discount
    group by _delivery_id, _row_number
),

lines as (
    select
        current_rows.*,
        skus.is_commitment,
        skus.is_spot,
        skus.model_name,
        skus.bill_meter,
        skus.service_tier,
        skus.storage_class,
        skus.transfer_kind,
        skus.is_inbound,
        skus.from_place,
        skus.to_place,
        skus.consumed_unit,
        skus.pricing_unit,
        skus.service_category,
        skus.service_subcategory,
        coalesce(discounts.is_committed, false) as is_committed,
        case
            when discounts._row_number is null then cast(current_rows.cost as decimal(38, 12))
            else {{ exact_sum(
                ['cast(current_rows.cost as decimal(38, 12))', 'discounts.discount_amount']
            ) }}
        end as discounted_cost,
        try_cast(
            concat(
                substring(current_rows.invoice_month, 1, 4), '-',
                substring(current_rows.invoice_month, 5, 2), '-01'
            ) as timestamp
        ) as invoice_month_start
    from current_rows
    left join skus
        on
            current_rows.service_description is not distinct from skus.service_description
            and current_rows.sku_description is not distinct from skus.sku_description
            and current_rows.usage_unit is not distinct from skus.usage_unit
            and current_rows.usage_pricing_unit is not distinct from skus.usage_pricing_unit
    left join discounts
        on
            current_rows._delivery_id = discounts._delivery_id
            and current_rows._row_number = discounts._row_number
),

lines_and_credits as (
    select
        lines.*,
        cast(null as bigint) as credit_position,
        cast(null as string) as credit_name,
        lines.discounted_cost as billed_amount
    from lines
    union all
    select
        lines.*,
        sorted_credits.item_position as credit_position,
        sorted_credits.credit_name,
        sorted_credits.credit_amount as billed_amount
    from lines
    inner join sorted_credits
        on
            lines._delivery_id = sorted_credits._delivery_id
            and lines._row_number = sorted_credits._row_number
    where not sorted_credits.is_discount
),

categorised as (
    select
        *,
        credit_position is not null as is_credit,
        case
            when credit_position is not null then 'Credit'
            when cost_type = 'tax' then 'Tax'
            when cost_type in ('adjustment', 'rounding_error') then 'Adjustment'
            when is_commitment then 'Purchase'
            else 'Usage'
        end as charge_category,
        -- the fee of a commitment is for no meter, that of throughput for what it serves
        credit_position is null
        and coalesce(cost_type, '') not in ('tax', 'adjustment', 'rounding_error')
        and (not is_commitment or coalesce(bill_meter, '') = 'provisioned_capacity') as is_metered,
        {{ json_pair_value('system_labels', 'compute.googleapis.com/machine_spec') }}
            as machine_spec,
        {{ json_pair_value('system_labels', 'compute.googleapis.com/reservation_name') }}
            as reservation_name,
        coalesce(
            {{ json_pair_value('system_labels', 'compute.googleapis.com/is_unused_reservation') }}
            = 'true',
            false
        ) as is_unused
    from lines_and_credits
),

renamed as (
    select
        case
            when is_credit
                then concat(
                    _delivery_id, '-', cast(_row_number as string), '-credit-',
                    cast(credit_position as string)
                )
            else concat(_delivery_id, '-', cast(_row_number as string))
        end as charge_id,
        'gcp.billing_export' as charge_source,
        _delivery_id as delivery_id,

        ---------- who
        'gcp' as provider_id,
        billing_account_id,
        'Billing account' as billing_account_type,
        project_id as sub_account_id,
        project_name as sub_account_name,
        case when project_id is not null then 'Project' end as sub_account_type,
        'Google Cloud' as invoice_issuer_name,
        'Google Cloud' as service_provider_name,
        'Google Cloud' as host_provider_name,

        ---------- when
        invoice_month_start as billing_period_start,
        invoice_month_start + interval 1 month as billing_period_end,
        -- what has no hour of use is for the month of its invoice
        coalesce(usage_start_time, invoice_month_start) as charge_period_start,
        case
            when usage_start_time is null then invoice_month_start + interval 1 month
            else usage_end_time
        end as charge_period_end,

        ---------- what
        charge_category,
        case
            when
                (cost_type = 'adjustment' or adjustment_type like '%CORRECTION')
                and invoice_month_start > usage_start_time
                then 'Correction'
        end as charge_class,
        case charge_category
            when 'Usage' then 'Usage-Based'
            when 'Purchase' then 'Recurring'
            else 'One-Time'
        end as charge_frequency,
        case
            when is_credit then coalesce(credit_name, sku_description)
            else coalesce(adjustment_description, sku_description)
        end as charge_description,
        service_category,
        service_subcategory,
        service_description as service_name,
        sku_id,
        sku_description as sku_meter,
        coalesce(location_region, nullif(location_location, 'global')) as region_id,
        location_zone as availability_zone,
        coalesce(resource_global_name, resource_name) as resource_id,
        resource_name,
        nullif(regexp_extract(resource_global_name, '/([^/]+)/[^/]+$', 1), '') as resource_type,
        -- system labels say what machine a disk or a transfer belongs to; those lines rent none
        case
            when
                not is_credit
                and coalesce(bill_meter, '') not in ('byte_hours', 'transferred_bytes')
                then machine_spec
        end as instance_type,
        case when not is_credit then storage_class end as storage_class,
        case when not is_credit then transfer_kind end as transfer_kind,
        case
            when is_credit or transfer_kind is null then null
            when transfer_kind = 'in_region' or not is_inbound
                then coalesce(location_region, from_place)
            when transfer_kind = 'inter_region' then from_place
        end as from_region_id,
        case
            when is_credit or transfer_kind is null then null
            when transfer_kind = 'in_region' or is_inbound then coalesce(location_region, to_place)
            when transfer_kind = 'inter_region' then to_place
        end as to_region_id,
        {{ json_pairs_object(['labels', 'project_labels', 'tags']) }} as tags,
        case when is_metered then model_name end as model_name,
        case when is_metered then bill_meter end as bill_meter,
        case when is_metered then service_tier end as service_tier,

        ---------- how much
        case
            when charge_category not in ('Usage', 'Purchase') then null
            when is_committed or consumption_model_description like '%CUD%' then 'Committed'
            when is_spot then 'Dynamic'
            else 'Standard'
        end as pricing_category,
        cast(
            case
                when charge_category in ('Usage', 'Purchase') then usage_amount_in_pricing_units
            end as decimal(38, 12)
        ) as pricing_quantity,
        case when charge_category in ('Usage', 'Purchase') then pricing_unit end as pricing_unit,
        cast(
            case when charge_category = 'Usage' and not is_unused then usage_amount end
            as decimal(38, 12)
        ) as consumed_quantity,
        case when charge_category = 'Usage' and not is_unused then consumed_unit end
            as consumed_unit,
        -- a price for several units is not a price per unit
        cast(
            case
                when is_credit or coalesce(price_pricing_unit_quantity, 1) <> 1 then null
                else price_list_price
            end as decimal(38, 12)
        ) as list_unit_price,
        cast(
            case
                when is_credit or coalesce(price_pricing_unit_quantity, 1) <> 1 then null
                else coalesce(price_effective_price_default, price_effective_price)
            end as decimal(38, 12)
        ) as contracted_unit_price,
        upper(currency) as billing_currency,
        cast(case when not is_credit then cost_at_list end as decimal(38, 12)) as list_cost,
        cast(
            case when not is_credit then coalesce(cost_at_effective_price_default, cost) end
            as decimal(38, 12)
        ) as contracted_cost,
        cast(billed_amount as decimal(38, 12)) as effective_cost,
        cast(billed_amount as decimal(38, 12)) as billed_cost,

        ---------- commitments and reservations
        case when not is_credit then reservation_name end as capacity_reservation_id,
        case
            when is_credit or reservation_name is null then null
            when is_unused then 'Unused'
            else 'Used'
        end as capacity_reservation_status,
        case when not is_credit then subscription_instance_id end as commitment_discount_id,
        case
            when is_credit or subscription_instance_id is null then null
            when lower(sku_description) like '%dollar based%' then 'Spend'
            else 'Usage'
        end as commitment_discount_category,
        case when not is_credit and subscription_instance_id is not null then sku_description end
            as commitment_discount_type
    from categorised
)

select * from renamed
