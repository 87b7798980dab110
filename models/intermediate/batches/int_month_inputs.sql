-- One row per month: a fingerprint of all that decides its rows from priced use to the ledger.
{%- set compared = [
    'int_token_usage_daily', 'int_usage_prices', 'int_free_quota_days', 'int_log_feeds',
    'int_cost_pools', 'int_resource_drivers', 'int_billed_days', 'int_shared_costs', 'dim_prices',
    'fct_charges', 'stg_closed__closed_periods',
] %}
with pools as (
    select * from {{ ref('int_cost_pools') }}
),

built_days as (
    select * from {{ ref('int_built_days') }}
),

-- a bill of a longer period draws on use beyond its month
used_periods as (
    select
        cast(date_trunc('month', driver_start_date) as date) as month_start_date,
        max(driver_end_date) as last_date
    from pools
    where driver_key_id is not null
    group by month_start_date
    union all
    select
        cast(date_trunc('month', usage_date) as date) as month_start_date,
        max(usage_date) as last_date
    from built_days
    group by month_start_date
),

months as (
    select
        month_start_date,
        max(last_date) as last_date
    from used_periods
    group by month_start_date
),

inputs as (
    select
        months.month_start_date as input_date,
        {{ hash_number(['built_days.usage_date', 'built_days.fingerprint']) }} as input_hash
    from months
    inner join built_days
        on
            months.month_start_date <= built_days.usage_date
            and months.last_date >= built_days.usage_date
    union all
    select
        charge_date as input_date,
        {{ hash_number([
            'pool_id', 'metered_quantity', 'billed_quantity', 'billed_cost_usd',
            'effective_cost_usd', 'list_cost_usd',
        ]) }} as input_hash
    from pools
    union all
    select
        pools.charge_date as input_date,
        {{ hash_number([
            'drivers.driver_key_id', 'drivers.workload_id', 'drivers.customer_id',
            'drivers.unallocated_reason', 'drivers.is_idle', 'drivers.quantity',
        ]) }} as input_hash
    from {{ ref('int_resource_drivers') }} as drivers
    inner join pools
        on drivers.driver_key_id = pools.driver_key_id
    union all
    select
        pools.charge_date as input_date,
        {{ hash_number([
            'shared_costs.pool_id', 'shared_costs.workload_id', 'shared_costs.from_workload_id',
            'shared_costs.rule_id', 'shared_costs.is_idle', 'shared_costs.effective_cost_usd',
            'shared_costs.billed_cost_usd',
        ]) }} as input_hash
    from {{ ref('int_shared_costs') }} as shared_costs
    inner join pools
        on shared_costs.pool_id = pools.pool_id
    union all
    select
        cast(priced_at as date) as input_date,
        {{ hash_number([
            'provider_id', 'model_key', 'priced_tier', 'context_band_tokens',
            'marginal_prompt_tokens', 'region_id', 'meter_variant', 'priced_at',
            'price_window_minute', 'meter', 'price_id', 'price_per_unit_usd',
            'whole_prompt_cost_usd', 'is_exact_price', 'has_context_prices',
        ]) }} as input_hash
    from {{ ref('int_usage_prices') }}
    union all
    select
        usage_date as input_date,
        {{ hash_number([
            'usage_date', 'usage_kind', 'account_id', 'model_key', 'meter', 'quota_id',
            'day_quantity', 'free_day_quantity',
        ]) }} as input_hash
    from {{ ref('int_free_quota_days') }}
    union all
    select
        usage_date as input_date,
        {{ hash_number(['usage_date', 'provider_id', 'usage_source', 'is_counted']) }} as input_hash
    from {{ ref('int_log_feeds') }}
    union all
    select
        usage_date as input_date,
        {{ hash_number(['usage_date', 'provider_id', 'account_id']) }} as input_hash
    from {{ ref('int_billed_days') }}
    union all
    select
        month_start_date as input_date,
        {{ hash_number(['month_start_date']) }} as input_hash
    from {{ ref('stg_closed__closed_periods') }}
),

billed_accounts as (
    select distinct
        provider_id,
        billing_account_id
    from {{ ref('fct_charges') }}
),

-- an account that appears on a bill for the first time names use of earlier months as well
all_months as (
    select
        concat(
            coalesce(
                {{ sum_of_hashes(hash_number(['provider_id', 'billing_account_id'])) }}, ''
            ),
            '-',
            coalesce(
                {{ code_checksum(
                    ['fct_token_usage_daily', 'fct_allocated_costs'], until=compared
                ) }},
                ''
            )
        ) as fingerprint
    from billed_accounts
),

summed as (
    select
        cast(date_trunc('month', input_date) as date) as month_start_date,
        {{ sum_of_hashes('input_hash') }} as fingerprint
    from inputs
    group by month_start_date
)

select
    summed.month_start_date,
    concat(summed.fingerprint, '-', all_months.fingerprint) as fingerprint
from summed
cross join all_months
