-- One row per row of int_token_usage_daily that counts, with the model that its name means and the
-- tier in which it was served.
-- Not additive across usage_kind: a log and the provider's report describe the same tokens.
with usage as (
    select * from {{ ref('int_token_usage_daily') }}
),

log_feeds as (
    select * from {{ ref('int_log_feeds') }}
),

model_names as (
    select * from {{ ref('int_model_names') }}
),

service_tiers as (
    select * from {{ ref('service_tiers') }}
),

named as (
    select
        usage.*,
        model_names.model_id,
        coalesce(model_names.model_key, lower(usage.model_name), 'unknown') as model_key,
        -- a log seldom knows that a deployment is paid by the hour
        case
            when usage.service_tier = 'standard'
                then coalesce(model_names.deployment_service_tier, 'standard')
            else {{ current_tier_name('usage.provider_id', 'usage.service_tier') }}
        end as served_tier,
        coalesce(usage.region_id, model_names.deployment_region_id) as served_region_id
    from usage
    left join log_feeds
        on
            usage.usage_kind = 'gateway_log'
            and usage.usage_date = log_feeds.usage_date
            and usage.usage_source = log_feeds.usage_source
            and coalesce(usage.provider_id, '') = coalesce(log_feeds.provider_id, '')
    left join model_names
        on
            coalesce(usage.provider_id, '') = coalesce(model_names.provider_id, '')
            and usage.model_name = model_names.model_name
            and usage.priced_at >= model_names.valid_from
            and usage.priced_at < model_names.valid_to
    where coalesce(log_feeds.is_counted, true)
)

select
    named.*,
    coalesce(service_tiers.priced_as, named.served_tier) as priced_tier,
    coalesce(service_tiers.is_flat_rate, false) as is_flat_rate
from named
left join service_tiers
    on named.served_tier = service_tiers.service_tier
