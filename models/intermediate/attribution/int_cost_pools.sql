-- One row per cost pool: charges of one period that are attributed in one go, with their sum.
with charges as (
    select * from {{ ref('fct_charges') }}
),

pools as (
    select
        charge_date,
        -- a period without an end, or one that ends where it starts, is its start day
        greatest(
            cast(charge_period_end - interval 1 microsecond as date), charge_date
        ) as last_charge_date,
        provider_id,
        billing_account_id,
        sub_account_id,
        service_name,
        service_category,
        charge_category,
        model_id,
        model_key,
        bill_meter,
        service_tier,
        workload_id,
        -- one line without an exchange rate makes the sum unknown, not smaller
        {%- for column in ['billed_cost_usd', 'effective_cost_usd'] %}
            case
                when count({{ column }}) = count(*)
                    then cast(sum({{ column }}) as decimal(38, 12))
            end as {{ column }},
        {%- endfor %}
        count(*) as charge_lines
    from charges
    group by
        charge_date,
        last_charge_date,
        provider_id,
        billing_account_id,
        sub_account_id,
        service_name,
        service_category,
        charge_category,
        model_id,
        model_key,
        bill_meter,
        service_tier,
        workload_id
)

select
    {{ hash_key([
        'charge_date', 'last_charge_date', 'provider_id', 'billing_account_id', 'sub_account_id',
        'service_name', 'service_category', 'charge_category', 'model_key', 'bill_meter',
        'service_tier', 'workload_id',
    ]) }} as pool_id,
    -- pools of one key share their driver: who used this model and meter in this period
    case
        when workload_id is null and bill_meter is not null and bill_meter <> 'other'
            then {{ hash_key([
                'charge_date', 'last_charge_date', 'provider_id', 'model_key', 'bill_meter',
                'service_tier',
            ]) }}
    end as driver_key_id,
    *
from pools
