-- The token path in one script, as one would write it by hand for DuckDB alone: of any LiteLLM log
-- the same columns and rows as the models make, without their layers, and for speed only.
-- Names are read once per group and not once per request. It takes for granted what the models
-- check: that the metadata is JSON and that the gateway's log is the only source of usage.
-- Variables: logs (the landed files), given (a folder of the warehouse's small tables).

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
        updated_at desc nulls last,
        coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0) desc,
        _landed_at desc, _delivery_id desc, _row_number desc
) > 1;

-- as the log spells everything
create temp table grouped as
with parsed as (
    select
        logs.* exclude (metadata),
        lower(nullif(custom_llm_provider, '')) as given_provider,
        case when model like '%/%' then lower(split_part(model, '/', 1)) end as route,
        from_json(case
            when
                not contains(metadata, '"usage_object":{')
                and not contains(metadata, '"usage_object": {')
                and contains(metadata, '"additional_usage_values"')
                and metadata ->> '$.usage_object' is null
                then replace(
                    replace(metadata, '"usage_object"', '"none"'),
                    '"additional_usage_values"', '"usage_object"'
                )
            else metadata
        end, '{
            "status": "VARCHAR", "user_api_key_project_id": "VARCHAR",
            "model_map_information": {"model_map_key": "VARCHAR"},
            "usage_object": {
                "service_tier": "VARCHAR", "speed": "VARCHAR", "inference_geo": "VARCHAR",
                "prompt_tokens": "BIGINT", "completion_tokens": "BIGINT", "total_tokens": "BIGINT",
                "cache_read_input_tokens": "BIGINT", "prompt_cache_hit_tokens": "BIGINT",
                "cache_creation_input_tokens": "BIGINT",
                "prompt_tokens_details": {
                    "cached_tokens": "BIGINT", "cache_creation_tokens": "BIGINT",
                    "cache_write_tokens": "BIGINT", "audio_tokens": "BIGINT",
                    "image_tokens": "BIGINT", "video_tokens": "BIGINT",
                    "web_search_requests": "BIGINT",
                    "cached_tokens_details": {
                        "audio_tokens": "BIGINT", "image_tokens": "BIGINT"
                    },
                    "cache_creation_token_details": {
                        "ephemeral_5m_input_tokens": "BIGINT",
                        "ephemeral_1h_input_tokens": "BIGINT",
                        "ephemeral_12h_input_tokens": "BIGINT"
                    }
                },
                "input_tokens_details": {
                    "cached_tokens": "BIGINT", "audio_tokens": "BIGINT", "image_tokens": "BIGINT"
                },
                "cache_creation": {
                    "ephemeral_5m_input_tokens": "BIGINT", "ephemeral_1h_input_tokens": "BIGINT"
                },
                "completion_tokens_details": {
                    "reasoning_tokens": "BIGINT", "audio_tokens": "BIGINT",
                    "image_tokens": "BIGINT", "video_tokens": "BIGINT"
                },
                "output_tokens_details": {"reasoning_tokens": "BIGINT"},
                "server_tool_use": {"web_search_requests": "BIGINT"}
            }
        }') as meta
    from read_parquet(getvariable('logs')) as logs
    anti join superseded using (_delivery_id, _row_number)
),

logged as (
    select
        *,
        meta.usage_object as usage,
        meta.usage_object.prompt_tokens_details as input_details,
        meta.usage_object.input_tokens_details as other_details,
        meta.usage_object.prompt_tokens_details.cache_creation_token_details as written,
        meta.usage_object.completion_tokens_details as output_details
    from parsed
),

counted as (
    select
        logged.*,
        cast(startTime as date) as usage_date,
        coalesce(given_provider, providers.provider_name) as provider_name,
        coalesce(providers.provider_id, given_provider) as provider_id,
        lower(cache_hit) = 'true' as is_gateway_hit,
        coalesce(usage.prompt_tokens, prompt_tokens) as input,
        coalesce(usage.completion_tokens, completion_tokens) as stated_output,
        coalesce(usage.total_tokens, total_tokens) as total,
        greatest(
            usage.cache_read_input_tokens, input_details.cached_tokens,
            other_details.cached_tokens, usage.prompt_cache_hit_tokens, 0
        ) as read,
        greatest(
            written.ephemeral_5m_input_tokens, usage.cache_creation.ephemeral_5m_input_tokens, 0
        ) as write_5m,
        greatest(
            written.ephemeral_1h_input_tokens, usage.cache_creation.ephemeral_1h_input_tokens, 0
        ) as write_1h,
        greatest(written.ephemeral_12h_input_tokens, 0) as write_12h,
        greatest(
            usage.cache_creation_input_tokens, input_details.cache_creation_tokens,
            input_details.cache_write_tokens, write_5m + write_1h + write_12h, 0
        ) as write,
        greatest(input_details.audio_tokens, other_details.audio_tokens, 0) as audio_given,
        greatest(input_details.cached_tokens_details.audio_tokens, 0) as cached_audio,
        greatest(input_details.image_tokens, other_details.image_tokens, 0) as image_given,
        greatest(input_details.cached_tokens_details.image_tokens, 0) as cached_image,
        greatest(input_details.video_tokens, 0) as video,
        greatest(
            output_details.reasoning_tokens, usage.output_tokens_details.reasoning_tokens, 0
        ) as reasoning,
        greatest(output_details.audio_tokens, 0) as audio_output,
        greatest(output_details.image_tokens, 0) as image_output,
        greatest(output_details.video_tokens, 0) as video_output,
        greatest(
            usage.server_tool_use.web_search_requests, input_details.web_search_requests, 0
        ) as searches
    from logged
    left join read_parquet(getvariable('given') || '/providers.parquet') as providers
        on coalesce(given_provider, route) = providers.provider_name
),

separated as (
    select
        *,
        case
            when reasoning > 0 and (
                total = input + stated_output + reasoning
                or (provider_id in ('xai', 'perplexity') and reasoning > stated_output)
            ) then stated_output + reasoning
            else stated_output
        end as output,
        greatest(audio_given - cached_audio, 0) as audio_left,
        greatest(image_given - cached_image, 0) as image_left,
        case
            when input >= read + write
                then greatest(read + write + audio_left + image_left + video - input, 0)
            else 0
        end as cached_media,
        greatest(audio_left - greatest(cached_media - image_left, 0), 0) as audio,
        greatest(image_left - cached_media, 0) as image,
        greatest(audio_left + image_left - cached_media, 0) + video as media,
        case
            when input >= read + write + media then input - read - write - media
            when input >= read + media then input - read - media
            else greatest(coalesce(input, 0) - media, 0)
        end as uncached,
        least(cached_audio, read) as read_audio,
        least(cached_image, read - read_audio) as read_image,
        coalesce(output, 0) - reasoning - audio_output - image_output - video_output as text,
        case
            when is_gateway_hit then 0
            when
                coalesce(input, 0) + coalesce(output, 0) > 0
                or lower(coalesce(status, meta.status)) = 'failure'
                then 1
        end as bought,
        provider_name in ('openai', 'azure', 'azure_ai') as is_openai
    from counted
),

sized as (
    select
        *,
        case
            when coalesce(bought, 0) = 0 then null
            when
                read + write + media > coalesce(input, 0)
                or cached_audio + cached_image > read
                or cached_audio > audio_given
                or cached_image > image_given
                or text < 0
                then 'buckets_do_not_add_up'
            when not is_openai and write > write_5m + write_1h then 'cache_life_assumed'
        end as doubt,
        coalesce(bought * (uncached + read + write + audio + image + video), 0) as prompt
    from separated
)

select
    sized.usage_date,
    segments.segment_start_at,
    windows.window_start_minute,
    sized.provider_name,
    sized.provider_id,
    organization_id,
    meta.user_api_key_project_id as project_id,
    api_key,
    team_id,
    model,
    meta.model_map_information.model_map_key as priced_model,
    lower(call_type) like '%batch%' as is_batch,
    usage.service_tier as tier,
    usage.speed as speed,
    usage.inference_geo as geo,
    case
        when lower(api_base) like '%.api.openai.com%'
            then regexp_extract(lower(api_base), '^https?://(eu|us)[.]api[.]openai[.]com', 1)
    end as endpoint_geo,
    coalesce(bands.context_over_tokens, 0) as context_band_tokens,
    case when prompt > marginal.lowest_over_tokens then prompt end as marginal_prompt_tokens,
    doubt,
    coalesce(status, meta.status) as status,
    is_gateway_hit,
    bought,
    end_user,
    request_tags,
    count(*) as requests,
    sum(uncached) as uncached,
    sum(read - read_audio - read_image) as read,
    sum(read_audio) as read_audio,
    sum(read_image) as read_image,
    sum(write) as write,
    sum(write_1h) as write_1h,
    sum(write_12h) as write_12h,
    sum(audio) as audio,
    sum(image) as image,
    sum(video) as video,
    sum(greatest(text, 0)) as text,
    sum(reasoning) as reasoning,
    sum(audio_output) as audio_output,
    sum(image_output) as image_output,
    sum(video_output) as video_output,
    sum(searches) as searches,
    sum(spend) as spend,
    sum(case
        when doubt = 'buckets_do_not_add_up' or is_gateway_hit then 0
        when prompt <> input then 1
        when
            bought * (greatest(text, 0) + reasoning + audio_output + image_output + video_output)
            <> output
            then 1
        else 0
    end) as rows_that_do_not_add_up
from sized
left join read_parquet(getvariable('given') || '/segments.parquet') as segments
    on
        sized.provider_id = segments.provider_id
        and sized.usage_date = segments.usage_date
        and sized.startTime >= segments.segment_start_at
        and sized.startTime < segments.segment_end_at
left join read_parquet(getvariable('given') || '/windows.parquet') as windows
    on
        sized.provider_id = windows.provider_id
        and hour(sized.startTime) * 60 + minute(sized.startTime) >= windows.window_start_minute
        and hour(sized.startTime) * 60 + minute(sized.startTime) < windows.window_end_minute
left join read_parquet(getvariable('given') || '/context_bands.parquet') as bands
    on
        sized.provider_id = bands.provider_id
        and sized.prompt > bands.over_tokens
        and sized.prompt <= bands.up_to_tokens
left join read_parquet(getvariable('given') || '/marginal.parquet') as marginal
    on sized.provider_id = marginal.provider_id
group by all;

create table usage_daily as
with named as (
    select
        grouped.*,
        coalesce(segment_start_at, cast(usage_date as timestamp)) as priced_at,
        coalesce(window_start_minute, 0) as price_window_minute,
        provider_name in ('azure', 'azure_ai') as is_azure,
        provider_name in ('openai', 'azure', 'azure_ai') as is_openai,
        case
            when is_azure
                then regexp_replace(coalesce(nullif(priced_model, ''), model), '^azure(_ai)?/', '')
            when lower(split_part(model, '/', 1)) = provider_name and model like '%/%'
                then substring(model, position('/' in model) + 1)
            else nullif(model, '')
        end as model_name,
        case
            when is_batch then 'batch'
            when lower(speed) = 'fast' then 'fast'
            when lower(tier) in ('', 'default', 'auto', 'standard_only', 'on_demand') then 'standard'
            when lower(tier) = 'on_demand_priority' then 'priority'
            when lower(tier) = 'on_demand_flex' then 'flex'
            when lower(tier) = 'provisioned_throughput' then 'provisioned'
            else coalesce(lower(tier), 'standard')
        end as service_tier,
        lower(case when is_azure and priced_model <> '' then priced_model else model end) as route,
        case
            when lower(geo) not in ('', 'global', 'not_available') then lower(geo)
            when endpoint_geo <> '' then endpoint_geo
            else nullif(
                regexp_extract(
                    route, '(^|/)((us|eu|ap|ca|sa|me|af|il|mx)-(gov-)?[a-z]+-[0-9])/', 2
                )
                || regexp_extract(route, '^azure/(eu|us)/', 1),
                ''
            )
        end as region_id,
        case
            when is_gateway_hit then 'gateway_cache_hit'
            when lower(status) = 'success' then 'succeeded'
            when lower(status) = 'failure' then 'failed'
            else 'unknown'
        end as request_status
    from grouped
)

select
    usage_date,
    priced_at,
    price_window_minute,
    provider_id,
    nullif(organization_id, '') as account_id,
    project_id,
    nullif(api_key, '') as credential_id,
    nullif(team_id, '') as team_id,
    model_name,
    service_tier,
    region_id,
    context_band_tokens,
    marginal_prompt_tokens,
    doubt as usage_doubt,
    request_status,
    nullif(end_user, '') as customer_id,
    nullif(request_tags, '[]') as tags,
    cast(sum(requests) as bigint) as requests,
    cast(sum(case when bought is null then requests else 0 end) as bigint)
        as requests_without_tokens,
    cast(coalesce(sum(bought * uncached), 0) as bigint) as input_uncached_tokens,
    cast(coalesce(sum(bought * read), 0) as bigint) as input_cache_read_tokens,
    cast(coalesce(sum(bought * read_audio), 0) as bigint) as input_cache_read_audio_tokens,
    cast(coalesce(sum(bought * read_image), 0) as bigint) as input_cache_read_image_tokens,
    cast(coalesce(sum(bought * if(is_openai, 0, write - write_1h)), 0) as bigint)
        as input_cache_write_5m_tokens,
    cast(coalesce(sum(bought * if(is_openai, write - write_12h, 0)), 0) as bigint)
        as input_cache_write_30m_tokens,
    cast(coalesce(sum(bought * if(is_openai, 0, write_1h)), 0) as bigint)
        as input_cache_write_1h_tokens,
    cast(coalesce(sum(bought * if(is_openai, write_12h, 0)), 0) as bigint)
        as input_cache_write_12h_tokens,
    cast(coalesce(sum(bought * audio), 0) as bigint) as input_audio_tokens,
    cast(coalesce(sum(bought * image), 0) as bigint) as input_image_tokens,
    cast(coalesce(sum(bought * video), 0) as bigint) as input_video_tokens,
    cast(coalesce(sum(bought * text), 0) as bigint) as output_text_tokens,
    cast(coalesce(sum(bought * reasoning), 0) as bigint) as output_reasoning_tokens,
    cast(coalesce(sum(bought * audio_output), 0) as bigint) as output_audio_tokens,
    cast(coalesce(sum(bought * image_output), 0) as bigint) as output_image_tokens,
    cast(coalesce(sum(bought * video_output), 0) as bigint) as output_video_tokens,
    cast(coalesce(sum(bought * searches), 0) as bigint) as web_search_calls,
    cast(sum(spend) as decimal(38, 12)) as reported_cost_usd,
    cast(sum(rows_that_do_not_add_up) as bigint) as rows_that_do_not_add_up
from named
group by all;
create table usage_priced as
with named as (
    select
        daily.*,
        names.model_id,
        coalesce(names.model_key, lower(daily.model_name), 'unknown') as model_key,
        case
            when daily.service_tier = 'standard'
                then coalesce(names.deployment_service_tier, 'standard')
            when daily.service_tier = 'fast' and daily.provider_id in ('openai', 'microsoft')
                then 'priority'
            else daily.service_tier
        end as served_tier,
        coalesce(daily.region_id, names.deployment_region_id) as served_region_id
    from usage_daily as daily
    left join read_parquet(getvariable('given') || '/model_names.parquet') as names
        on
            coalesce(daily.provider_id, '') = coalesce(names.provider_id, '')
            and daily.model_name = names.model_name
            and daily.priced_at >= names.valid_from
            and daily.priced_at < names.valid_to
),

owned as (
    select
        named.*,
        owners.workload_id,
        coalesce(tiers.priced_as, named.served_tier) as priced_tier,
        coalesce(tiers.is_flat_rate, false) as is_flat_rate
    from named
    left join read_parquet(getvariable('given') || '/service_tiers.parquet') as tiers
        on named.served_tier = tiers.service_tier
    left join read_parquet(getvariable('given') || '/owners.parquet') as owners
        on
            named.provider_id is not distinct from owners.provider_id
            and named.account_id is not distinct from owners.account_id
            and named.project_id is not distinct from owners.project_id
            and named.credential_id is not distinct from owners.credential_id
            and named.team_id is not distinct from owners.team_id
            and named.tags is not distinct from owners.tags
            and named.model_key = owners.model_key
),

metered as (
    select
        *,
        unnest([
            {meter: 'requests', quantity: requests},
            {meter: 'input_uncached', quantity: input_uncached_tokens},
            {meter: 'input_cache_read', quantity: input_cache_read_tokens},
            {meter: 'input_cache_read_audio', quantity: input_cache_read_audio_tokens},
            {meter: 'input_cache_read_image', quantity: input_cache_read_image_tokens},
            {meter: 'input_cache_write_5m', quantity: input_cache_write_5m_tokens},
            {meter: 'input_cache_write_30m', quantity: input_cache_write_30m_tokens},
            {meter: 'input_cache_write_1h', quantity: input_cache_write_1h_tokens},
            {meter: 'input_cache_write_12h', quantity: input_cache_write_12h_tokens},
            {meter: 'input_audio', quantity: input_audio_tokens},
            {meter: 'input_image', quantity: input_image_tokens},
            {meter: 'input_video', quantity: input_video_tokens},
            {meter: 'output_text', quantity: output_text_tokens},
            {meter: 'output_reasoning', quantity: output_reasoning_tokens},
            {meter: 'output_audio', quantity: output_audio_tokens},
            {meter: 'output_image', quantity: output_image_tokens},
            {meter: 'output_video', quantity: output_video_tokens},
            {meter: 'web_search_calls', quantity: web_search_calls}
        ], recursive := true)
    from owned
),

costed as (
    select
        metered.*,
        prices.price_id,
        case
            when metered.meter = 'requests' then coalesce(prices.price_per_unit_usd, 0)
            else prices.price_per_unit_usd
        end as unit_price,
        metered.usage_doubt is null and coalesce(prices.is_exact_price, true) as is_exact,
        case
            when prices.whole_prompt_cost_usd is null
                then cast(
                    cast(metered.quantity as decimal(17, 0)) * cast(unit_price as decimal(20, 15))
                    as decimal(38, 12)
                )
            -- whole millionths of a millionth of a dollar, so that nothing is rounded up
            else cast(
                cast(prices.whole_prompt_cost_usd * 1000000000000 as hugeint) * metered.quantity
                // metered.marginal_prompt_tokens as decimal(24, 0)
            ) * 0.000000000001
        end as full_cost_usd
    from metered
    left join read_parquet(getvariable('given') || '/all_prices.parquet') as prices
        on
            metered.provider_id = prices.provider_id
            and metered.model_key = prices.model_key
            and metered.meter = prices.meter
            and metered.priced_tier = prices.priced_tier
            and metered.context_band_tokens = prices.context_band_tokens
            and coalesce(metered.marginal_prompt_tokens, 0) = prices.marginal_prompt_tokens
            and coalesce(metered.served_region_id, '') = prices.region_id
            and prices.meter_variant = ''
            and metered.priced_at = prices.priced_at
            and metered.price_window_minute = prices.price_window_minute
    where metered.quantity > 0
)

select
    costed.usage_date,
    costed.priced_at,
    costed.provider_id,
    costed.account_id,
    costed.project_id,
    costed.credential_id,
    costed.model_id,
    costed.model_key,
    costed.served_tier as service_tier,
    costed.served_region_id as region_id,
    costed.context_band_tokens,
    costed.price_window_minute,
    costed.request_status,
    costed.customer_id,
    costed.workload_id,
    costed.meter,
    costed.quantity,
    costed.price_id,
    costed.unit_price as price_per_unit_usd,
    costed.is_flat_rate,
    costed.is_exact,
    cast(
        case
            when quotas.day_quantity is null then costed.full_cost_usd
            else cast(
                cast(costed.full_cost_usd * 1000000000000 as hugeint)
                * (quotas.day_quantity - quotas.free_day_quantity)
                // quotas.day_quantity as decimal(24, 0)
            ) * 0.000000000001
        end as decimal(38, 12)
    ) as notional_cost_usd,
    case when costed.is_flat_rate then 0 else notional_cost_usd end as computed_cost_usd
from costed
left join read_parquet(getvariable('given') || '/quotas.parquet') as quotas
    on
        costed.usage_date = quotas.usage_date
        and quotas.usage_kind = 'gateway_log'
        and costed.provider_id = quotas.provider_id
        and coalesce(costed.account_id, '') = quotas.account_id
        and costed.model_key = quotas.model_key
        and costed.meter = quotas.meter
        and not costed.is_flat_rate;
