-- One row per billed line of every bill that counts, in FOCUS 1.4 terms, with its US dollars.
-- Not additive: billed and effective cost are two views of one bill; unit prices never add up.
with charges as (
    select * from {{ ref('int_charges_posted') }}
),

model_names as (
    select * from {{ ref('int_model_names') }}
),

workload_matches as (
    select * from {{ ref('int_workload_matches') }}
),

gpu_machines as (
    select
        provider_id,
        lower(instance_type) as instance_type,
        max(gpu_model) as gpu_model,
        max(gpu_count) as gpu_count
    from {{ ref('gpu_instances') }}
    group by provider_id, lower(instance_type)
),

metered_units as (
    select * from {{ ref('metered_units') }}
),

identified as (
    select
        charges.*,
        model_names.model_id,
        model_names.model_key,
        workload_matches.workload_id,
        workload_matches.rule_id as workload_rule_id,
        {{ gpu_model_key('gpu_machines.gpu_model') }} as gpu_model,
        gpu_machines.gpu_count as gpus_per_machine,
        metered_units.bill_meter as unit_meter,
        metered_units.meter_quantity_per_unit
        * case
            when metered_units.is_per_month
                then 24 * extract(
                    day from cast(
                        date_trunc('month', charges.charge_period_start) + interval 1 month
                        - interval 1 day as date
                    )
                )
            else 1
        end as meter_quantity_per_unit,
        coalesce(charges.consumed_quantity, charges.pricing_quantity) as unit_quantity,
        charges.charge_category = 'Usage'
        and coalesce(charges.commitment_discount_status, 'Used') <> 'Unused' as is_use
    from charges
    left join model_names
        on
            charges.provider_id = model_names.provider_id
            and charges.model_name = model_names.model_name
            and charges.charge_period_start >= model_names.valid_from
            and charges.charge_period_start < model_names.valid_to
    left join workload_matches
        on
            {{ hash_key([
                'charges.provider_id', 'charges.billing_account_id', 'charges.sub_account_id',
                'charges.credential_id', 'null', 'charges.tags', 'charges.resource_id',
                'model_names.model_key',
            ]) }} = workload_matches.attributes_id
    left join gpu_machines
        on
            charges.provider_id = gpu_machines.provider_id
            and {{ instance_type_key('charges.instance_type') }} = gpu_machines.instance_type
    left join metered_units
        on
            lower(
                case
                    when charges.consumed_quantity is not null then charges.consumed_unit
                    else charges.pricing_unit
                end
            ) = metered_units.unit
),

-- what drives the cost of a line: what the bill meters, or what its machine, category and unit tell
metered as (
    select
        identified.*,
        case
            -- nobody used what a commitment left over
            when commitment_discount_status = 'Unused' then null
            when bill_meter not in ('gpu_seconds', 'byte_hours', 'transferred_bytes')
                then bill_meter
            when not is_use then null
            when bill_meter is not null then bill_meter
            when gpus_per_machine is not null and unit_meter = 'gpu_seconds' then 'gpu_seconds'
            when service_category = 'Storage' and unit_meter = 'byte_hours' then 'byte_hours'
            when service_category = 'Networking' and unit_meter = 'transferred_bytes'
                then 'transferred_bytes'
        end as cost_meter
    from identified
),

computed as (
    select
        metered.*,
        case
            when cost_meter = unit_meter
                then cast(
                    cast(unit_quantity as decimal(23, 12))
                    * cast(
                        meter_quantity_per_unit
                        * case when bill_meter is null then coalesce(gpus_per_machine, 1) else 1 end
                        as decimal(15, 0)
                    ) as decimal(38, 12)
                )
        end as metered_quantity,
        'open' as cost_status
    from metered
)

{{ published('fct_charges', 'computed', 'charge_date') }}
