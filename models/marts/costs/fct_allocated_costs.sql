-- One row per cost pool × workload × customer × reason × rule: the ledger. Every cent once.
-- Not additive: billed, effective and estimated cost are views of one cost; shares and drivers.
with billed_costs as (
    select * from {{ ref('int_billed_costs') }}
),

estimated_costs as (
    select * from {{ ref('int_estimated_costs') }}
),

workloads as (
    select * from {{ ref('workloads') }}
),

ledger as (
    select * from billed_costs
    union all
    select * from estimated_costs
),

computed as (
    select
        {{ hash_key([
            'ledger.pool_id', 'ledger.workload_id', 'ledger.customer_id',
            'ledger.unallocated_reason', 'ledger.allocation_rule_id', 'ledger.is_idle',
        ]) }} as allocated_cost_id,
        ledger.pool_id,
        ledger.usage_date,
        ledger.provider_id,
        ledger.billing_account_id,
        ledger.sub_account_id,
        ledger.invoice_id,
        ledger.service_name,
        ledger.service_category,
        ledger.charge_category,
        ledger.corrects_month_start_date,
        ledger.model_key as model_id,
        ledger.bill_meter,
        coalesce(ledger.workload_id, 'unallocated') as workload_id,
        coalesce(workloads.feature_id, 'unallocated') as feature_id,
        ledger.customer_id,
        case
            when
                ledger.is_idle
                or ledger.allocation_method = 'shared'
                or ledger.commitment_discount_status = 'Unused'
                then 'fixed'
            when workloads.purpose = 'training' then 'training'
            when
                ledger.service_category = 'AI and Machine Learning'
                or ledger.bill_meter = 'gpu_seconds'
                then 'inference'
            else 'harness'
        end as cost_layer,
        ledger.cost_status,
        ledger.allocation_method,
        ledger.allocation_rule_id,
        ledger.unallocated_reason,
        ledger.driver,
        ledger.driver_quantity,
        ledger.allocated_share,
        ledger.is_idle,
        ledger.billed_cost_usd,
        ledger.effective_cost_usd,
        ledger.effective_cost_with_idle_usd,
        ledger.estimated_cost_usd
    from ledger
    left join workloads
        on ledger.workload_id = workloads.workload_id
)

{{ published('fct_allocated_costs', 'computed', 'usage_date') }}
{{ in_order_of('usage_date') }}
