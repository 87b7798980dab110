-- One row per billed line of a Cost and Usage Report, and one per unused part of a commitment.
-- A line's billed cost is its unblended cost, except that lines covered by a Savings Plan and the
-- lines that negate them cancel out: both are 0, and what does not cancel stays on one of them.
with source as (
    select * from {{ source('aws', 'cur') }}
),

current_rows as (
    {{ current_rows('source', 'aws', 'cur') }}
),

usage_types as (
    select * from {{ ref('stg_aws__usage_types') }}
),

parts as (
    select 'line' as part
    union all
    select 'unused' as part
),

-- what covered and negating lines of a month leave over: nothing, unless the report is not whole
savings_plan_gaps as (
    select
        _delivery_id,
        coalesce(
            min(case when line_item_line_item_type = 'SavingsPlanNegation' then _row_number end),
            min(_row_number)
        ) as _row_number,
        cast(sum(cast(line_item_unblended_cost as decimal(38, 12))) as decimal(38, 12)) as gap_cost
    from current_rows
    where line_item_line_item_type in ('SavingsPlanCoveredUsage', 'SavingsPlanNegation')
    group by _delivery_id, _scope_account, _scope_date, line_item_currency_code
),

keyed as (
    select
        *,
        {{ aws_use_id() }} as use_id,
        coalesce(line_item_line_item_type, '') as line_type,
        cast(line_item_unblended_cost as decimal(38, 12)) as unblended_cost,
        cast(pricing_public_on_demand_cost as decimal(38, 12)) as on_demand_cost,
        {{ aws_tags() }} as all_tags
    from current_rows
),

typed as (
    select
        *,
        line_type in ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage') as is_usage,
        line_type in ('SavingsPlanCoveredUsage', 'SavingsPlanNegation') as is_cancelled,
        case
            when line_type like 'SavingsPlan%' then 'Spend'
            when line_type in ('DiscountedUsage', 'RIFee') then 'Usage'
            when line_type = 'Fee' and reservation_reservation_a_r_n is not null then 'Usage'
        end as commitment_kind,
        coalesce(
            reservation_unused_amortized_upfront_fee_for_billing_period,
            reservation_unused_recurring_fee
        ) is not null as has_reservation_use,
        savings_plan_total_commitment_to_date is not null
        and savings_plan_used_commitment is not null as has_plan_use
    from keyed
),

amortised as (
    select
        *,
        -- cost that the report lacks the columns for is unknown, not 0: a test fails on NULL
        case
            when line_type = 'DiscountedUsage'
                then cast(reservation_effective_cost as decimal(38, 12))
            when line_type = 'SavingsPlanCoveredUsage'
                then cast(savings_plan_savings_plan_effective_cost as decimal(38, 12))
            when
                line_type in ('SavingsPlanNegation', 'SavingsPlanUpfrontFee')
                or (line_type = 'Fee' and commitment_kind is not null)
                or (line_type = 'RIFee' and has_reservation_use)
                or (line_type = 'SavingsPlanRecurringFee' and has_plan_use)
                then cast(0 as decimal(38, 12))
            when line_type not in ('RIFee', 'SavingsPlanRecurringFee') then unblended_cost
        end as amortised_cost,
        case line_type
            when 'RIFee'
                then {{ exact_sum([
                    'coalesce(reservation_unused_amortized_upfront_fee_for_billing_period, 0)',
                    'coalesce(reservation_unused_recurring_fee, 0)',
                ]) }}
            when 'SavingsPlanRecurringFee'
                then {{ exact_sum(
                    ['savings_plan_total_commitment_to_date'], ['savings_plan_used_commitment']
                ) }}
        end as unused_cost,
        case commitment_kind
            when 'Spend' then savings_plan_savings_plan_a_r_n
            when 'Usage' then reservation_reservation_a_r_n
        end as commitment_id,
        case
            when is_usage then 'Usage'
            when line_type = 'Tax' then 'Tax'
            when line_type like '%Fee' or line_type = 'FlatRateSubscription' then 'Purchase'
            when line_type = 'Credit' or line_type like '%Discount' then 'Credit'
            else 'Adjustment'
        end as line_category
    from typed
),

charges as (
    select
        amortised.*,
        savings_plan_gaps.gap_cost,
        parts.part = 'unused' as is_unused,
        amortised.is_usage and parts.part = 'line' as is_used,
        case when parts.part = 'unused' then 'Usage' else amortised.line_category end
            as charge_category
    from amortised
    inner join parts on parts.part = 'line' or amortised.unused_cost <> 0
    left join savings_plan_gaps
        on
            amortised._delivery_id = savings_plan_gaps._delivery_id
            and amortised._row_number = savings_plan_gaps._row_number
),

renamed as (
    select
        concat(
            charges._delivery_id,
            '-',
            cast(charges._row_number as string),
            case when charges.is_unused then '-unused' else '' end
        ) as charge_id,
        'aws.cur' as charge_source,
        charges._delivery_id as delivery_id,

        ---------- who
        'aws' as provider_id,
        charges.bill_payer_account_id as billing_account_id,
        charges.bill_payer_account_name as billing_account_name,
        charges.line_item_usage_account_id as sub_account_id,
        charges.line_item_usage_account_name as sub_account_name,
        charges.line_item_iam_principal as credential_id,
        charges.bill_invoice_id as invoice_id,
        charges.bill_invoicing_entity as invoice_issuer_name,
        'AWS' as service_provider_name,
        'AWS' as host_provider_name,

        ---------- when
        charges.bill_billing_period_start_date as billing_period_start,
        coalesce(
            charges.bill_billing_period_end_date,
            charges.bill_billing_period_start_date + interval 1 month
        ) as billing_period_end,
        charges.line_item_usage_start_date as charge_period_start,
        coalesce(charges.line_item_usage_end_date, charges.line_item_usage_start_date)
            as charge_period_end,

        ---------- what
        charges.charge_category,
        case
            when
                charges.line_type = 'Refund'
                and charges.line_item_usage_start_date < charges.bill_billing_period_start_date
                then 'Correction'
        end as charge_class,
        case
            when charges.charge_category = 'Usage' or charges.line_type = 'SavingsPlanNegation'
                then 'Usage-Based'
            when
                charges.line_type in ('RIFee', 'SavingsPlanRecurringFee', 'FlatRateSubscription')
                then 'Recurring'
            else 'One-Time'
        end as charge_frequency,
        charges.line_item_line_item_description as charge_description,
        usage_types.service_category,
        usage_types.service_subcategory,
        usage_types.product_name as service_name,
        charges.product_sku as sku_id,
        charges.line_item_usage_type as sku_meter,
        charges.pricing_rate_code as sku_price_id,
        usage_types.region_id,
        charges.line_item_availability_zone as availability_zone,
        case
            when charges.is_unused then charges.commitment_id
            else charges.line_item_resource_id
        end as resource_id,
        usage_types.instance_type,
        case when charges.is_used then usage_types.storage_class end as storage_class,
        case when charges.is_used then usage_types.transfer_kind end as transfer_kind,
        case when charges.is_used then usage_types.from_region_id end as from_region_id,
        case when charges.is_used then usage_types.to_region_id end as to_region_id,
        charges.all_tags as tags,
        case when charges.is_used then usage_types.model_name end as model_name,
        case when charges.is_used then usage_types.bill_meter end as bill_meter,
        case when charges.is_used then usage_types.service_tier end as service_tier,

        ---------- how much
        case
            when
                charges.is_unused
                or charges.line_type in ('DiscountedUsage', 'SavingsPlanCoveredUsage')
                then 'Committed'
            when charges.is_used and usage_types.usage_name like '%SpotUsage%' then 'Dynamic'
            when charges.charge_category in ('Usage', 'Purchase') then 'Standard'
        end as pricing_category,
        cast(
            case
                when charges.is_used or charges.charge_category = 'Purchase'
                    then charges.line_item_usage_amount
            end as decimal(38, 12)
        ) as pricing_quantity,
        case
            when charges.is_used or charges.charge_category = 'Purchase'
                then usage_types.pricing_unit
        end as pricing_unit,
        cast(
            case
                when not charges.is_used then null
                when not usage_types.is_token_use
                    then cast(charges.line_item_usage_amount as decimal(38, 12))
                -- unknown where the line does not tell how many tokens are a unit
                else
                    cast(
                        cast(charges.line_item_usage_amount as decimal(28, 12))
                        * cast(usage_types.tokens_per_unit as decimal(7, 0)) as decimal(38, 12)
                    )
            end as decimal(38, 12)
        ) as consumed_quantity,
        case
            when not charges.is_used then null
            when not usage_types.is_token_use then usage_types.pricing_unit
            when usage_types.tokens_per_unit is not null then 'Tokens'
        end as consumed_unit,
        cast(
            case when charges.is_used then charges.pricing_public_on_demand_rate end
            as decimal(38, 12)
        ) as list_unit_price,
        cast(
            case
                when charges.line_type in ('Usage', 'SavingsPlanCoveredUsage')
                    then charges.line_item_unblended_rate
            end as decimal(38, 12)
        ) as contracted_unit_price,
        upper(charges.line_item_currency_code) as billing_currency,
        cast(
            case
                when charges.is_unused or charges.line_type = 'SavingsPlanNegation' then 0
                when charges.is_used then charges.on_demand_cost
                else charges.unblended_cost
            end as decimal(38, 12)
        ) as list_cost,
        cast(
            case
                when charges.is_unused or charges.line_type = 'SavingsPlanNegation' then 0
                when charges.line_type = 'DiscountedUsage'
                    then charges.on_demand_cost
                else charges.unblended_cost
            end as decimal(38, 12)
        ) as contracted_cost,
        case when charges.is_unused then charges.unused_cost else charges.amortised_cost end
            as effective_cost,
        cast(
            case
                when charges.is_unused then 0
                when charges.is_cancelled then coalesce(charges.gap_cost, 0)
                else charges.unblended_cost
            end as decimal(38, 12)
        ) as billed_cost,

        ---------- commitments
        case
            when usage_types.usage_name like 'Unused%:%' then charges.line_item_resource_id
        end as capacity_reservation_id,
        case when usage_types.usage_name like 'Unused%:%' then 'Unused' end
            as capacity_reservation_status,
        case when charges.commitment_id is not null then charges.commitment_kind end
            as commitment_discount_category,
        charges.commitment_id as commitment_discount_id,
        case
            when charges.commitment_id is null or charges.line_type = 'SavingsPlanNegation'
                then null
            when charges.is_unused and charges.commitment_kind = 'Spend' then charges.unused_cost
            when charges.is_unused
                then cast(charges.reservation_unused_quantity as decimal(38, 12))
            when charges.line_type = 'SavingsPlanCoveredUsage' then charges.amortised_cost
            when charges.line_type = 'SavingsPlanRecurringFee'
                then cast(charges.savings_plan_total_commitment_to_date as decimal(38, 12))
            when charges.line_type = 'SavingsPlanUpfrontFee' then charges.unblended_cost
            else cast(charges.line_item_usage_amount as decimal(38, 12))
        end as commitment_discount_quantity,
        case
            when charges.is_unused then 'Unused'
            when charges.is_usage and charges.commitment_id is not null then 'Used'
        end as commitment_discount_status,
        case
            when charges.commitment_id is null then null
            when charges.commitment_kind = 'Usage' then 'Reserved Instance'
            else coalesce(charges.savings_plan_offering_type, 'Savings Plan')
        end as commitment_discount_type,
        case
            when charges.commitment_id is null or charges.line_type = 'SavingsPlanNegation'
                then null
            when charges.commitment_kind = 'Spend' then upper(charges.line_item_currency_code)
            else 'Hours'
        end as commitment_discount_unit
    from charges
    left join usage_types on charges.use_id = usage_types.use_id
)

select * from renamed
