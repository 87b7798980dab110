-- The same by hand in ClickHouse's SQL: statements apart by a line of `;`.
-- {logs} the landed files, {given} a folder of the warehouse's small tables, {out} where to write,
-- {context_band} the thresholds of prices as a case expression over prompt_tokens.
create table superseded engine = Memory as
with repeated as (
    select cityHash64(assumeNotNull(request_id)) as request_hash
    from file('{logs}', Parquet)
    group by request_hash
    having count() > 1
)

select
    _delivery_id,
    _row_number
from (
    select
        _delivery_id,
        _row_number,
        row_number() over (
            partition by request_id
            order by
                updated_at desc, prompt_tokens + completion_tokens desc,
                _landed_at desc, _delivery_id desc, _row_number desc
        ) as version_rank
    from file('{logs}', Parquet)
    where cityHash64(assumeNotNull(request_id)) in (select request_hash from repeated)
)
where version_rank > 1
;
create table grouped engine = Memory as
with logged as (
    select
        toDate(startTime) as usage_date,
        startTime,
        custom_llm_provider,
        organization_id,
        api_key,
        team_id,
        model,
        status,
        lower(cache_hit) = 'true' as is_hit,
        end_user,
        request_tags,
        spend,
        prompt_tokens,
        completion_tokens,
        JSONExtract(assumeNotNull(metadata), 'usage_object', 'Tuple(
            prompt_tokens Nullable(Int64), completion_tokens Nullable(Int64),
            prompt_tokens_details Tuple(cached_tokens Nullable(Int64)),
            completion_tokens_details Tuple(reasoning_tokens Nullable(Int64)),
            cache_creation_input_tokens Nullable(Int64), cache_read_input_tokens Nullable(Int64),
            cache_creation Tuple(
                ephemeral_5m_input_tokens Nullable(Int64),
                ephemeral_1h_input_tokens Nullable(Int64)
            ),
            service_tier Nullable(String)
        )') as usage
    from file('{logs}', Parquet)
    where (_delivery_id, _row_number) not in (select _delivery_id, _row_number from superseded)
),

counted as (
    select
        * except (usage, prompt_tokens, completion_tokens),
        usage.service_tier as served_tier,
        coalesce(usage.prompt_tokens, prompt_tokens) as input_tokens,
        coalesce(usage.completion_tokens, completion_tokens) as output_tokens,
        greatest(
            coalesce(usage.cache_read_input_tokens, 0),
            coalesce(usage.prompt_tokens_details.cached_tokens, 0)
        ) as read_tokens,
        coalesce(usage.cache_creation.ephemeral_1h_input_tokens, 0) as write_1h_tokens,
        greatest(
            coalesce(usage.cache_creation_input_tokens, 0),
            coalesce(usage.cache_creation.ephemeral_5m_input_tokens, 0) + write_1h_tokens
        ) as write_tokens,
        coalesce(usage.completion_tokens_details.reasoning_tokens, 0) as reasoning_tokens,
        if(is_hit, 0, input_tokens) as bought_tokens
    from logged
)

select
    usage_date,
    {segment_start} as segment_start_at,
    custom_llm_provider,
    organization_id,
    api_key,
    team_id,
    model,
    served_tier,
    {context_band} as context_band_tokens,
    status,
    is_hit,
    end_user,
    request_tags,
    count() as requests,
    sum(input_tokens - read_tokens - write_tokens) as uncached,
    sum(read_tokens) as cache_read,
    sum(write_tokens - write_1h_tokens) as write_short,
    sum(write_1h_tokens) as write_1h,
    sum(output_tokens - reasoning_tokens) as output_text,
    sum(reasoning_tokens) as reasoning,
    sum(spend) as spent
from counted
group by
    usage_date, segment_start_at, custom_llm_provider, organization_id, api_key, team_id, model,
    served_tier, context_band_tokens, status, is_hit, end_user, request_tags
;
create table usage_daily engine = Memory as
with named as (
    select
        * except (segment_start_at, api_key, team_id, model, end_user, request_tags, usage_date),
        usage_date,
        coalesce(segment_start_at, toDateTime64(usage_date, 6, 'UTC')) as priced_at,
        coalesce(providers.provider_id, custom_llm_provider) as provider_id,
        organization_id as account_id,
        nullIf(api_key, '') as credential_id,
        nullIf(team_id, '') as team_id,
        if(
            startsWith(lower(model), concat(custom_llm_provider, '/')),
            substring(model, length(custom_llm_provider) + 2), model
        ) as model_name,
        if(coalesce(served_tier, '') = 'batch', 'batch', 'standard') as service_tier,
        multiIf(is_hit, 'gateway_cache_hit', status = 'success', 'succeeded', 'failed')
            as request_status,
        nullIf(end_user, '') as customer_id,
        nullIf(request_tags, '[]') as tags,
        if(is_hit, 0, 1) as bought,
        custom_llm_provider = 'openai' as is_openai
    from grouped
    left join file('{given}/providers.parquet', Parquet) as providers
        on grouped.custom_llm_provider = providers.provider_name
)

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
    toInt64(sum(named.requests)) as requests,
    toInt64(sum(bought * uncached)) as input_uncached_tokens,
    toInt64(sum(bought * cache_read)) as input_cache_read_tokens,
    toInt64(sum(if(is_openai, 0, bought * write_short))) as input_cache_write_5m_tokens,
    toInt64(sum(if(is_openai, bought * (write_short + write_1h), 0)))
        as input_cache_write_30m_tokens,
    toInt64(sum(if(is_openai, 0, bought * write_1h))) as input_cache_write_1h_tokens,
    toInt64(sum(bought * output_text)) as output_text_tokens,
    toInt64(sum(bought * reasoning)) as output_reasoning_tokens,
    toDecimal128(sum(spent), 12) as reported_cost_usd
from named
group by
    usage_date, priced_at, provider_id, account_id, credential_id, team_id, model_name,
    service_tier, context_band_tokens, request_status, customer_id, tags
;
insert into function file('{out}/usage_daily.parquet', Parquet)
select * from usage_daily
;
insert into function file('{out}/usage_priced.parquet', Parquet)
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
        counted.1 as meter,
        counted.2 as quantity
    from usage_daily
    array join [
        ('requests', requests), ('input_uncached', input_uncached_tokens),
        ('input_cache_read', input_cache_read_tokens),
        ('input_cache_write_5m', input_cache_write_5m_tokens),
        ('input_cache_write_30m', input_cache_write_30m_tokens),
        ('input_cache_write_1h', input_cache_write_1h_tokens),
        ('output_text', output_text_tokens), ('output_reasoning', output_reasoning_tokens)
    ] as counted
    where quantity > 0
),

known as (
    select
        moments.provider_id as provider_id,
        moments.model_name as model_name,
        moments.priced_at as priced_at,
        names.model_id as model_id,
        names.model_key as model_key
    from (select distinct provider_id, model_name, priced_at from usage_daily) as moments
    inner join file('{given}/model_names.parquet', Parquet) as names
        on
            moments.provider_id = names.provider_id
            and moments.model_name = names.model_name
    where moments.priced_at >= names.valid_from and moments.priced_at < names.valid_to
),

keyed as (
    select
        metered.*,
        known.model_id as model_id,
        coalesce(known.model_key, lower(metered.model_name), 'unknown') as model_key
    from metered
    left join known
        on
            metered.provider_id = known.provider_id
            and metered.model_name = known.model_name
            and metered.priced_at = known.priced_at
)

select
    keyed.usage_date as usage_date,
    keyed.priced_at as priced_at,
    keyed.provider_id as provider_id,
    keyed.account_id as account_id,
    keyed.credential_id as credential_id,
    keyed.model_id as model_id,
    keyed.model_key as model_key,
    keyed.service_tier as service_tier,
    keyed.context_band_tokens as context_band_tokens,
    keyed.request_status as request_status,
    keyed.customer_id as customer_id,
    owners.workload_id as workload_id,
    keyed.meter as meter,
    keyed.quantity as quantity,
    prices.price_id as price_id,
    if(keyed.meter = 'requests', coalesce(prices.price_per_unit_usd, 0), prices.price_per_unit_usd)
        as price_per_unit_usd,
    -- half away from zero, as DuckDB's cast; a cast of ClickHouse cuts
    toDecimal128(
        toDecimal128(keyed.quantity, 0) * price_per_unit_usd + toDecimal128('0.0000000000005', 15),
        12
    ) as computed_cost_usd
from keyed
left join file('{given}/prices.parquet', Parquet) as prices
    on
        keyed.provider_id = prices.provider_id
        and keyed.model_key = prices.model_key
        and keyed.meter = prices.meter
        and keyed.service_tier = prices.priced_tier
        and keyed.context_band_tokens = prices.context_band_tokens
        and keyed.priced_at = prices.priced_at
left join file('{given}/owners.parquet', Parquet) as owners
    on
        keyed.provider_id <=> owners.provider_id
        and keyed.account_id <=> owners.account_id
        and keyed.credential_id <=> owners.credential_id
        and keyed.team_id <=> owners.team_id
        and keyed.tags <=> owners.tags
        and keyed.model_key = owners.model_key
