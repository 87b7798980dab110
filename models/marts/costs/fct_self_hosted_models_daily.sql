-- One row per day × workload × model that runs on machines of one's own: tokens and their GPU cost.
-- Ratios are not additive; the two costs are two bases of one bill and never add up.
with token_usage as (
    select * from {{ ref('fct_token_usage_daily') }}
),

self_hosted_providers as (
    select * from {{ ref('self_hosted_providers') }}
),

gpu_usage as (
    select * from {{ ref('fct_gpu_usage_daily') }}
),

tokens as (
    select
        token_usage.usage_date,
        token_usage.workload_id,
        token_usage.model_id,
        cast(sum(token_usage.requests) as bigint) as requests,
        cast(sum(token_usage.input_tokens) as bigint) as input_tokens,
        cast(sum(token_usage.output_tokens) as bigint) as output_tokens,
        cast(sum(token_usage.input_tokens + token_usage.output_tokens) as bigint) as total_tokens
    from token_usage
    inner join self_hosted_providers
        on token_usage.provider_id = self_hosted_providers.provider_id
    group by token_usage.usage_date, token_usage.workload_id, token_usage.model_id
),

machines as (
    select
        usage_date,
        workload_id,
        cast(sum(held_gpu_seconds) as decimal(38, 12)) as workload_held_gpu_seconds,
        -- one unknown cost makes the sum unknown; use without a bill has a cost that nobody knows
        case
            when count(effective_cost_usd) = count(*)
                then
                    cast(
                        sum(case when is_idle then 0 else effective_cost_usd end) as decimal(38, 12)
                    )
        end as workload_effective_cost_usd,
        case
            when count(effective_cost_with_idle_usd) = count(*)
                then cast(sum(effective_cost_with_idle_usd) as decimal(38, 12))
        end as workload_effective_cost_with_idle_usd,
        min(case when is_billed_by_day then 1 when not is_billed_by_day then 0 end) = 1
            as is_billed_by_day
    from gpu_usage
    where
        -- machines that nobody owns are not the machines of calls that nobody owns
        workload_id <> 'unallocated'
        and corrects_month_start_date is null
    group by usage_date, workload_id
),

weighted as (
    select
        tokens.*,
        machines.workload_held_gpu_seconds,
        machines.workload_effective_cost_usd,
        machines.workload_effective_cost_with_idle_usd,
        machines.is_billed_by_day,
        cast(tokens.total_tokens as decimal(38, 0)) as weight
    from tokens
    left join machines
        on
            tokens.usage_date = machines.usage_date
            and tokens.workload_id = machines.workload_id
),

split as (
    {{ split_exactly(
        'weighted',
        pool=['usage_date', 'workload_id'],
        splits=[
            {'amount': 'workload_held_gpu_seconds', 'weight': 'weight',
             'result': 'held_gpu_seconds'},
            {'amount': 'workload_effective_cost_usd', 'weight': 'weight',
             'result': 'effective_cost_usd'},
            {'amount': 'workload_effective_cost_with_idle_usd', 'weight': 'weight',
             'result': 'effective_cost_with_idle_usd'},
        ],
        tie_breakers=['model_id'],
    ) }}
),

computed as (
    select
        {{ hash_key(['usage_date', 'workload_id', 'model_id']) }} as self_hosted_model_id,
        usage_date,
        workload_id,
        model_id,
        requests,
        input_tokens,
        output_tokens,
        total_tokens,
        allocated_share as token_share,
        held_gpu_seconds,
        is_billed_by_day,
        effective_cost_usd,
        effective_cost_with_idle_usd,
        case
            when is_billed_by_day
                then
                    cast(effective_cost_usd as double) * 1000000
                    / nullif(cast(total_tokens as double), 0)
        end as effective_cost_usd_per_million_tokens,
        case
            when is_billed_by_day
                then
                    cast(effective_cost_with_idle_usd as double) * 1000000
                    / nullif(cast(total_tokens as double), 0)
        end as effective_cost_with_idle_usd_per_million_tokens,
        cast(total_tokens as double) / nullif(cast(held_gpu_seconds as double), 0)
            as tokens_per_gpu_second
    from split
)

{{ published('fct_self_hosted_models_daily', 'computed', 'usage_date') }}
