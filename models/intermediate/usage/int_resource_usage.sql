-- One row per day × meter × account × resource × kind × class × route × workload × customer: GPUs
-- held, bytes kept, bytes moved. Not additive across meters, whose units differ.
with gpu_usage as (
    select * from {{ ref('int_gpu_usage_daily') }}
),

storage_usage as (
    select * from {{ ref('int_storage_usage') }}
),

data_transfers as (
    select * from {{ ref('int_data_transfers') }}
),

workload_matches as (
    select * from {{ ref('int_workload_matches') }}
),

united as (
    select
        usage_date,
        'gpu_seconds' as meter,
        provider_id,
        account_id,
        project_id,
        credential_id,
        tags,
        resource_id,
        {{ gpu_model_key('gpu_model') }} as meter_kind,
        cast(null as string) as storage_class,
        cast(null as string) as from_region_id,
        cast(null as string) as to_region_id,
        workload_id,
        customer_id,
        gpu_seconds_held as quantity,
        gpu_seconds_active as active_quantity
    from gpu_usage
    -- what a scheduler calls idle is no use: idle is what the bill holds beyond use
    where not coalesce(is_idle, false)
    union all
    select
        usage_date,
        'byte_hours' as meter,
        provider_id,
        account_id,
        cast(null as string) as project_id,
        cast(null as string) as credential_id,
        tags,
        coalesce(resource_id, dataset_id) as resource_id,
        cast(null as string) as meter_kind,
        lower(storage_class) as storage_class,
        cast(null as string) as from_region_id,
        cast(null as string) as to_region_id,
        cast(null as string) as workload_id,
        customer_id,
        byte_hours as quantity,
        cast(null as decimal(38, 12)) as active_quantity
    from storage_usage
    union all
    select
        usage_date,
        'transferred_bytes' as meter,
        provider_id,
        account_id,
        cast(null as string) as project_id,
        cast(null as string) as credential_id,
        tags,
        resource_id,
        transfer_kind as meter_kind,
        cast(null as string) as storage_class,
        from_region_id,
        to_region_id,
        cast(null as string) as workload_id,
        customer_id,
        cast(transferred_bytes as decimal(38, 12)) as quantity,
        cast(null as decimal(38, 12)) as active_quantity
    from data_transfers
),

owned as (
    select
        united.*,
        coalesce(united.workload_id, workload_matches.workload_id) as owner_workload_id
    from united
    left join workload_matches
        on
            {{ hash_key([
                'united.provider_id', 'united.account_id', 'united.project_id',
                'united.credential_id', 'null', 'united.tags', 'united.resource_id', 'null',
            ]) }} = workload_matches.attributes_id
)

select
    usage_date,
    meter,
    provider_id,
    account_id,
    resource_id,
    meter_kind,
    storage_class,
    from_region_id,
    to_region_id,
    owner_workload_id as workload_id,
    customer_id,
    cast(sum(quantity) as decimal(38, 12)) as quantity,
    cast(sum(active_quantity) as decimal(38, 12)) as active_quantity,
    -- activity may be measured on some of the GPUs only
    cast(
        sum(case when active_quantity is not null then quantity else 0 end) as decimal(38, 12)
    ) as measured_quantity
from owned
group by
    usage_date, meter, provider_id, account_id, resource_id, meter_kind, storage_class,
    from_region_id, to_region_id, owner_workload_id, customer_id
