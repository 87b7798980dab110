-- Calls of one model on one day in two logs that both count (a gateway's and a tracing tool's, say)
-- would be used twice: say in seeds/company/log_precedence.csv which one counts, or give both the
-- same number if they log different calls.
with usage as (
    select * from {{ ref('int_token_usage_named') }}
    where usage_kind = 'gateway_log'
),

log_precedence as (
    select * from {{ ref('log_precedence') }}
)

select
    usage.usage_date,
    usage.provider_id,
    usage.model_key,
    usage.served_tier,
    min(usage.usage_source) as first_source,
    max(usage.usage_source) as second_source
from usage
left join log_precedence
    on usage.usage_source = log_precedence.usage_source
group by usage.usage_date, usage.provider_id, usage.model_key, usage.served_tier
having
    min(usage.usage_source) <> max(usage.usage_source)
    and count(log_precedence.precedence) < count(*)
