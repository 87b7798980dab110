-- One row per day × provider × log: does it count, or is it set aside for another log of the calls?
with usage as (
    select * from {{ ref('int_token_usage_daily') }}
),

log_precedence as (
    select * from {{ ref('log_precedence') }}
),

logs as (
    select distinct
        usage_date,
        provider_id,
        usage_source
    from usage
    where usage_kind = 'gateway_log'
),

ranked as (
    select
        logs.*,
        log_precedence.precedence,
        min(log_precedence.precedence) over (
            partition by logs.usage_date, logs.provider_id
        ) as first_precedence
    from logs
    left join log_precedence
        on logs.usage_source = log_precedence.usage_source
)

select
    usage_date,
    provider_id,
    usage_source,
    precedence,
    precedence is null or precedence = first_precedence as is_counted
from ranked
