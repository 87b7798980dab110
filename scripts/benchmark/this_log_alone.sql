-- The token path by hand for the simulated log and no other: it knows which ten keys its JSON has
-- and which kinds of calls it holds. What by_hand.sql costs more is the price of reading any log.
-- Variables: logs (the landed files), given (a folder of the warehouse's small tables).
-- {context_band}: the thresholds of prices as a case expression over prompt_tokens.

-- Few requests are logged more than once. A hash of eight bytes finds them; what it confuses is
-- sorted out by the request's own id afterwards.
create temp table superseded as
with repeated as (
    select hash(request_id) as request_hash
    from read_parquet(getvariable('logs'))
    group by all
    having count(*) > 1
)

select
    _delivery_id,
    _row_number
from read_parquet(getvariable('logs'))
where hash(request_id) in (from repeated)
qualify row_number() over (
    partition by request_id
    order by
        updated_at desc nulls last, prompt_tokens + completion_tokens desc,
        _landed_at desc, _delivery_id desc, _row_number desc
) > 1;

-- as the log spells everything, so that names are read once per group and not once per request
create temp table grouped as
with logged as (
    select
        logs.* exclude (metadata),
        from_json(metadata, '{
            "usage_object": {
                "prompt_tokens": "BIGINT", "completion_tokens": "BIGINT",
                "prompt_tokens_details": {"cached_tokens": "BIGINT"},
                "completion_tokens_details": {"reasoning_tokens": "BIGINT"},
                "cache_creation_input_tokens": "BIGINT", "cache_read_input_tokens": "BIGINT",
                "cache_creation": {
                    "ephemeral_5m_input_tokens": "BIGINT", "ephemeral_1h_input_tokens": "BIGINT"
                },
                "service_tier": "VARCHAR"
            }
        }').usage_object as usage
    from read_parquet(getvariable('logs')) as logs
    anti join superseded using (_delivery_id, _row_number)
),

counted as (
    select
        *,
        cast(startTime as date) as usage_date,
        usage.service_tier as served_tier,
        coalesce(usage.prompt_tokens, prompt_tokens) as input_tokens,
        coalesce(usage.completion_tokens, completion_tokens) as output_tokens,
        greatest(
            usage.cache_read_input_tokens, usage.prompt_tokens_details.cached_tokens, 0
        ) as read_tokens,
        greatest(
            usage.cache_creation_input_tokens,
            usage.cache_creation.ephemeral_5m_input_tokens
            + usage.cache_creation.ephemeral_1h_input_tokens,
            0
        ) as write_tokens,
        coalesce(usage.cache_creation.ephemeral_1h_input_tokens, 0) as write_1h_tokens,
        coalesce(usage.completion_tokens_details.reasoning_tokens, 0) as reasoning_tokens,
        lower(cache_hit) = 'true' as is_gateway_hit
    from logged
),

sized as (
    select
        *,
        case when is_gateway_hit then 0 else input_tokens end as prompt_tokens_bought
    from counted
)

select
    sized.usage_date,
    segments.segment_start_at,
    custom_llm_provider,
    organization_id,
    api_key,
    team_id,
    model,
    served_tier,
    {context_band} as context_band_tokens,
    status,
    is_gateway_hit,
    end_user,
    request_tags,
    count(*) as requests,
    sum(input_tokens - read_tokens - write_tokens) as uncached,
    sum(read_tokens) as cache_read,
    sum(write_tokens - write_1h_tokens) as write_short,
    sum(write_1h_tokens) as write_1h,
    sum(output_tokens - reasoning_tokens) as output_text,
    sum(reasoning_tokens) as reasoning,
    sum(spend) as spend
from sized
left join read_parquet(getvariable('given') || '/segments.parquet') as segments
    on
        sized.custom_llm_provider = segments.provider_id
        and sized.usage_date = segments.usage_date
        and sized.startTime >= segments.segment_start_at
        and sized.startTime < segments.segment_end_at
group by all;

create table usage_daily as
with named as (
    select
        grouped.*,
        coalesce(segment_start_at, cast(grouped.usage_date as timestamp)) as priced_at,
        coalesce(providers.provider_id, custom_llm_provider) as provider_id,
        case
            when starts_with(lower(model), custom_llm_provider || '/')
                then substring(model, length(custom_llm_provider) + 2)
            else model
        end as model_name,
        case when served_tier = 'batch' then 'batch' else 'standard' end as service_tier,
        case
            when is_gateway_hit then 'gateway_cache_hit'
            when status = 'success' then 'succeeded'
            else 'failed'
        end as request_status,
        case when is_gateway_hit then 0 else 1 end as bought,
        custom_llm_provider = 'openai' as is_openai
    from grouped
    left join read_parquet(getvariable('given') || '/providers.parquet') as providers
        on custom_llm_provider = providers.provider_name
)

select
    usage_date,
    priced_at,
    provider_id,
    organization_id as account_id,
    nullif(api_key, '') as credential_id,
    nullif(team_id, '') as team_id,
    model_name,
    service_tier,
    context_band_tokens,
    request_status,
    nullif(end_user, '') as customer_id,
    nullif(request_tags, '[]') as tags,
    cast(sum(requests) as bigint) as requests,
    cast(sum(bought * uncached) as bigint) as input_uncached_tokens,
    cast(sum(bought * cache_read) as bigint) as input_cache_read_tokens,
    cast(sum(case when is_openai then 0 else bought * write_short end) as bigint)
        as input_cache_write_5m_tokens,
    cast(sum(case when is_openai then bought * (write_short + write_1h) else 0 end) as bigint)
        as input_cache_write_30m_tokens,
    cast(sum(case when is_openai then 0 else bought * write_1h end) as bigint)
        as input_cache_write_1h_tokens,
    cast(sum(bought * output_text) as bigint) as output_text_tokens,
    cast(sum(bought * reasoning) as bigint) as output_reasoning_tokens,
    cast(sum(spend) as decimal(38, 12)) as reported_cost_usd
from named
group by all;

create table usage_priced as
with metered as (
    select
        usage_date,
        priced_at,
        provider_id,
        account_id,
        credential_id,
        team_id,
        model_name,
        service_tier,
        context_band_tokens,
        request_status,
        customer_id,
        tags,
        unnest([
            {meter: 'requests', quantity: requests},
            {meter: 'input_uncached', quantity: input_uncached_tokens},
            {meter: 'input_cache_read', quantity: input_cache_read_tokens},
            {meter: 'input_cache_write_5m', quantity: input_cache_write_5m_tokens},
            {meter: 'input_cache_write_30m', quantity: input_cache_write_30m_tokens},
            {meter: 'input_cache_write_1h', quantity: input_cache_write_1h_tokens},
            {meter: 'output_text', quantity: output_text_tokens},
            {meter: 'output_reasoning', quantity: output_reasoning_tokens}
        ], recursive := true)
    from usage_daily
),

keyed as (
    select
        metered.*,
        names.model_id,
        coalesce(names.model_key, lower(metered.model_name), 'unknown') as model_key
    from metered
    left join read_parquet(getvariable('given') || '/model_names.parquet') as names
        on
            metered.provider_id = names.provider_id
            and metered.model_name = names.model_name
            and metered.priced_at >= names.valid_from
            and metered.priced_at < names.valid_to
    where quantity > 0
)

select
    keyed.usage_date,
    keyed.priced_at,
    keyed.provider_id,
    keyed.account_id,
    keyed.credential_id,
    keyed.model_id,
    keyed.model_key,
    keyed.service_tier,
    keyed.context_band_tokens,
    keyed.request_status,
    keyed.customer_id,
    owners.workload_id,
    keyed.meter,
    keyed.quantity,
    prices.price_id,
    case
        when keyed.meter = 'requests' then coalesce(prices.price_per_unit_usd, 0)
        else prices.price_per_unit_usd
    end as price_per_unit_usd,
    cast(
        cast(keyed.quantity as decimal(17, 0)) * cast(
            case
                when keyed.meter = 'requests' then coalesce(prices.price_per_unit_usd, 0)
                else prices.price_per_unit_usd
            end as decimal(20, 15)
        ) as decimal(38, 12)
    ) as computed_cost_usd
from keyed
left join read_parquet(getvariable('given') || '/prices.parquet') as prices
    on
        keyed.provider_id = prices.provider_id
        and keyed.model_key = prices.model_key
        and keyed.meter = prices.meter
        and keyed.service_tier = prices.priced_tier
        and keyed.context_band_tokens = prices.context_band_tokens
        and keyed.priced_at = prices.priced_at
left join read_parquet(getvariable('given') || '/owners.parquet') as owners
    on
        keyed.provider_id is not distinct from owners.provider_id
        and keyed.account_id is not distinct from owners.account_id
        and keyed.credential_id is not distinct from owners.credential_id
        and keyed.team_id is not distinct from owners.team_id
        and keyed.tags is not distinct from owners.tags
        and keyed.model_key = owners.model_key;
