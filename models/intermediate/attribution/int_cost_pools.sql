-- One row per cost pool: charges of one period that are attributed in one go, with their sum.
-- Closed months have none: their ledger is kept as it was published.
{%- set pool_key = [
    'charge_date', 'driver_start_date', 'driver_end_date', 'provider_id', 'billing_account_id',
    'sub_account_id', 'invoice_id', 'service_name', 'service_category', 'charge_category',
    'commitment_discount_status', 'model_id', 'model_key', 'bill_meter', 'meter_kind',
    'service_tier', 'resource_id', 'storage_class', 'from_region_id', 'to_region_id', 'workload_id',
    'corrects_month_start_date',
] %}
{%- set token_driver = [
    'driver_start_date', 'driver_end_date', 'provider_id', 'model_key', 'bill_meter',
    'service_tier',
] %}
{%- set resource_driver = [
    'driver_start_date', 'driver_end_date', 'provider_id', 'billing_account_id', 'sub_account_id',
    'bill_meter', 'meter_kind', 'resource_id',
] %}
with charges as (
    select * from {{ ref('fct_charges') }}
),

closed_periods as (
    select * from {{ ref('stg_closed__closed_periods') }}
),

used_resources as (
    select
        provider_id,
        meter,
        resource_id,
        case when min(storage_class) = max(storage_class) then min(storage_class) end
            as only_storage_class
    from {{ ref('int_resource_usage') }}
    where resource_id is not null
    group by provider_id, meter, resource_id
),

-- between regions a provider bills what leaves and lists what arrives, free: the same bytes again
priced_flows as (
    select distinct
        provider_id,
        charge_date,
        from_region_id,
        to_region_id
    from charges
    where
        cost_meter = 'transferred_bytes'
        and transfer_kind = 'inter_region'
        and billed_cost + effective_cost <> 0
),

open_charges as (
    select
        charges.charge_date,
        cast(charges.charge_period_start as date) as driver_start_date,
        -- a period without an end, or one that ends where it starts, is its start day
        greatest(
            cast(charges.charge_period_end - interval 1 microsecond as date),
            cast(charges.charge_period_start as date)
        ) as driver_end_date,
        charges.provider_id,
        charges.billing_account_id,
        charges.sub_account_id,
        charges.invoice_id,
        charges.service_name,
        charges.service_category,
        charges.charge_category,
        charges.commitment_discount_status,
        charges.model_id,
        charges.model_key,
        charges.cost_meter as bill_meter,
        case charges.cost_meter
            when 'gpu_seconds' then charges.gpu_model
            when 'transferred_bytes' then charges.transfer_kind
        end as meter_kind,
        charges.service_tier,
        -- resources that no usage names need no pool of their own
        used_resources.resource_id,
        case
            when charges.cost_meter = 'byte_hours'
                then lower(coalesce(charges.storage_class, used_resources.only_storage_class))
        end as storage_class,
        case when charges.cost_meter = 'transferred_bytes' then charges.from_region_id end
            as from_region_id,
        case when charges.cost_meter = 'transferred_bytes' then charges.to_region_id end
            as to_region_id,
        charges.workload_id,
        charges.corrects_month_start_date,
        charges.metered_quantity,
        case
            when priced_flows.provider_id is not null then cast(0 as decimal(38, 12))
            when charges.cost_meter = 'gpu_seconds' then charges.metered_quantity
            when charges.cost_meter in ('byte_hours', 'transferred_bytes')
                -- a byte is 10^-12 TB: splitting bytes themselves would need more than 38 digits
                then {{ from_picos('charges.metered_quantity') }}
        end as billed_quantity,
        charges.list_cost_usd,
        charges.billed_cost_usd,
        charges.effective_cost_usd
    from charges
    left join used_resources
        on
            charges.provider_id = used_resources.provider_id
            and charges.cost_meter = used_resources.meter
            and charges.resource_id = used_resources.resource_id
    left join priced_flows
        on
            charges.cost_meter = 'transferred_bytes'
            and charges.transfer_kind = 'inter_region'
            and charges.billed_cost + charges.effective_cost = 0
            and charges.provider_id = priced_flows.provider_id
            and charges.charge_date = priced_flows.charge_date
            and charges.from_region_id = priced_flows.from_region_id
            and charges.to_region_id = priced_flows.to_region_id
    left join closed_periods
        on cast(date_trunc('month', charges.charge_date) as date) = closed_periods.month_start_date
    where closed_periods.month_start_date is null
),

pools as (
    select
        {{ pool_key | join(',\n        ') }},
        -- one line without a known unit or exchange rate makes the sum unknown, not smaller
        {%- for column in [
            'metered_quantity', 'billed_quantity', 'billed_cost_usd', 'effective_cost_usd',
            'list_cost_usd',
        ] %}
            case
                when count({{ column }}) = count(*)
                    then cast(sum({{ column }}) as decimal(38, 12))
            end as {{ column }},
        {%- endfor %}
        count(*) as charge_lines
    from open_charges
    group by {{ pool_key | join(', ') }}
)

select
    {{ hash_key(pool_key) }} as pool_id,
    -- pools of one key share their driver: who used this model, or this resource, in this period
    case
        -- of a machine with an owner it is still to be told what was idle
        when
            bill_meter = 'gpu_seconds'
            or (workload_id is null and bill_meter in ('byte_hours', 'transferred_bytes'))
            then {{ hash_key(resource_driver) }}
        when
            workload_id is null
            and bill_meter not in ('other', 'byte_hours', 'transferred_bytes')
            then {{ hash_key(token_driver) }}
    end as driver_key_id,
    *
from pools
