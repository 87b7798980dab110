-- One row per call to a model that Langfuse observed, in disjoint token buckets: its last version.
-- What several observations of a trace state counts once, at the deepest of them.
{%- set keys = langfuse_usage_keys() %}
{%- set input_meters = [] %}
{%- set output_meters = [] %}
{%- for meter in keys %}
    {%- if meter.startswith('input_') %}{% do input_meters.append(meter) %}{% endif %}
    {%- if meter.startswith('output_') %}{% do output_meters.append(meter) %}{% endif %}
{%- endfor %}
{%- set inner_meters = {
    'input': input_meters | reject('in', ['input_uncached', 'input_cache_read']) | list,
    'output': output_meters | reject('equalto', 'output_text') | list,
} %}
{%- set units = ['web_search_calls', 'images', 'audio_seconds', 'characters', 'requests'] %}
{%- set known = [] %}
{%- for meter in keys %}{% do known.extend(keys[meter].spellings + keys[meter].parts) %}{% endfor %}
{#- what starts like an input or output count and is known; the rest of those is plain text -#}
{%- set known_by_direction = {'input': [], 'output': []} %}
{%- for key in known %}
    {%- for direction in known_by_direction if key.startswith(direction) %}
        {%- do known_by_direction[direction].append(key) %}
    {%- endfor %}
{%- endfor %}
{%- set kept = [
    'id', 'project_id', 'trace_id', 'environment', 'observation_type', 'level', 'start_time',
    'end_time', 'model_name', 'named_provider', 'traced_provider', 'requested_tier', 'speed',
    'priced_tier', 'older_input', 'older_output', 'older_total', 'unit', 'user_id', 'session_id',
    'trace_name', 'trace_tags', 'is_deleted', 'version_at', '_landed_at', '_delivery_id',
    '_row_number',
] %}
{#- the greatest of what spells one count, and what is counted apart from it -#}
{%- set counts = {} %}
{%- for meter in keys %}
    {%- set greatest = number_of_keys('usage_map', keys[meter].spellings, 'max') %}
    {%- set apart = '' if not keys[meter].parts else (
        ' + coalesce(' ~ number_of_keys('usage_map', keys[meter].parts) ~ ', 0)'
    ) %}
    {%- do counts.update({meter: 'coalesce(' ~ greatest ~ ', 0)' ~ apart}) %}
{%- endfor %}
with source as (
    -- prompts and answers are left behind here: wide, and not needed
    select
        id,
        project_id,
        nullif(trace_id, '') as trace_id,
        nullif(environment, '') as environment,
        upper(type) as observation_type,
        upper(level) as level,
        start_time,
        end_time,
        nullif(provided_model_name, '') as model_name,
        lower(coalesce(
            {{ json_text('metadata', 'ls_provider') }},
            {{ json_text('model_parameters', 'provider') }}
        )) as named_provider,
        -- attributes of OpenTelemetry are in one text within the metadata, and their keys have dots
        lower(nullif(regexp_extract(
            metadata,
            'gen_ai[.](?:provider[.]name|system)[^a-zA-Z0-9_]{1,8}([a-zA-Z0-9_.-]+)', 1
        ), '')) as traced_provider,
        lower({{ json_text('model_parameters', 'service_tier') }}) as requested_tier,
        lower({{ json_text('model_parameters', 'speed') }}) as speed,
        lower(usage_pricing_tier_name) as priced_tier,
        provided_usage_details,
        usage_details,
        provided_cost_details,
        cost_details,
        coalesce(nullif(total_cost, 0), nullif(calculated_total_cost, 0)) as stated_cost,
        nullif(coalesce({{ json_bigint('usage', 'input') }}, prompt_tokens), 0) as older_input,
        nullif(coalesce({{ json_bigint('usage', 'output') }}, completion_tokens), 0)
            as older_output,
        nullif(coalesce({{ json_bigint('usage', 'total') }}, total_tokens), 0) as older_total,
        upper(coalesce({{ json_text('usage', 'unit') }}, unit)) as unit,
        nullif(user_id, '') as user_id,
        nullif(session_id, '') as session_id,
        nullif(trace_name, '') as trace_name,
        case when tags like '[%"%' then tags end as trace_tags,
        is_deleted,
        coalesce(event_ts, updated_at, _landed_at) as version_at,
        _landed_at,
        _delivery_id,
        _row_number
    from {{ source('langfuse', 'observations') }}
),

mapped as (
    select
        *,
        -- ClickHouse writes maps in single quotes into CSV
        {{ json_map("replace(usage_details, chr(39), '\"')") }} as usage_map,
        {{ json_map("replace(provided_usage_details, chr(39), '\"')") }} as provided_usage_map,
        {{ json_map("replace(provided_cost_details, chr(39), '\"')") }} as provided_cost_map,
        {{ json_map("replace(cost_details, chr(39), '\"')") }} as cost_map
    from source
),

numbered as (
    select
        {%- for column in kept %}
            {{ column }},
        {%- endfor %}
        provided_usage_details is not null
        and coalesce({{ number_of_keys('provided_usage_map', ['.*']) }}, 0) = 0
            as is_counted_by_langfuse,
        cast({{ number_of_keys('usage_map', ['.*']) }} as bigint) as stated_numbers,
        cast({{ number_of_keys('usage_map', keys.total.spellings, 'max') }} as bigint)
            as stated_total,
        {%- for meter in input_meters + output_meters + units %}
            cast({{ counts[meter] }} as bigint)
                as {{ 'stated_cache_write' if meter == 'input_cache_write' else meter }},
        {%- endfor %}
        cast(
            coalesce({{ number_of_keys('usage_map', known, others=true) }}, 0) as bigint
        ) as unknown_counts,
        {%- for direction in known_by_direction %}
            cast(
                coalesce({{ number_of_keys('usage_map', [direction ~ '.*']) }}, 0)
                - coalesce({{ number_of_keys('usage_map', known_by_direction[direction]) }}, 0)
                as bigint
            ) as unknown_{{ direction }},
        {%- endfor %}
        -- pydantic-ai's details, which are part of the counts beside them
        coalesce({{ number_of_keys('usage_map', ['cache_audio_read_tokens']) }}, 0) > 0
            as holds_audio_inside,
        case
            when {{ number_of_keys('usage_map', ['(in|out)put_flex.*']) }} is not null then 'flex'
            when {{ number_of_keys('usage_map', ['(in|out)put_priority.*']) }} is not null
                then 'priority'
        end as served_tier,
        coalesce(
            {{ number_of_keys('provided_cost_map', ['total']) }},
            {{ number_of_keys('provided_cost_map', ['.*']) }},
            {{ number_of_keys('cost_map', ['total']) }},
            {{ number_of_keys('cost_map', ['.*']) }},
            stated_cost
        ) as reported_cost
    from mapped
),

latest as (
    {{ latest_per_key('numbered', ["coalesce(project_id, '')", 'id'], [
        'version_at', 'stated_numbers', '_landed_at', '_delivery_id', '_row_number',
    ]) }}
),

calls as (
    select
        latest.*,
        -- Anthropic states all cache writes and, of the same, those of each life
        case
            when
                latest.stated_cache_write
                = latest.input_cache_write_5m + latest.input_cache_write_30m
                + latest.input_cache_write_1h + latest.input_cache_write_12h
                then 0
            else latest.stated_cache_write
        end as input_cache_write,
        coalesce(latest.unit, 'TOKENS') = 'TOKENS' as counts_tokens,
        coalesce(
            latest.older_total, coalesce(latest.older_input, 0) + coalesce(latest.older_output, 0)
        ) as older_units,
        coalesce(latest.stated_numbers, 0) = 0
        and coalesce(latest.older_input, latest.older_output, latest.older_total) is not null
            as is_older
    from latest
    left join {{ ref('stg_langfuse__repeated_usage') }} as repeated_usage
        on
            coalesce(latest.project_id, '') = repeated_usage.project_id
            and latest.id = repeated_usage.observation_id
    where
        repeated_usage.observation_id is null
        and not coalesce(latest.is_deleted, false)
        and (
            latest.observation_type in ('GENERATION', 'EMBEDDING')
            or coalesce(latest.stated_numbers, 0) > 0
            or coalesce(latest.older_input, latest.older_output, latest.older_total) is not null
        )
),

-- older exports state one number per direction; of a total alone only an embedding's is all input
completed as (
    select
        *,
        case
            when is_older and older_input is null and observation_type = 'EMBEDDING'
                then coalesce(older_total, 0) - coalesce(older_output, 0)
            when is_older then coalesce(older_input, 0)
            when
                observation_type = 'EMBEDDING'
                and {{ (input_meters + output_meters) | join(' + ') }} + unknown_counts = 0
                then coalesce(stated_total, 0)
            when holds_audio_inside then greatest(input_uncached - input_audio, 0)
            else input_uncached + unknown_input
        end as text_input,
        case
            when holds_audio_inside then greatest(input_cache_read - input_cache_read_audio, 0)
            else input_cache_read
        end as plain_cache_read,
        case
            when is_older then coalesce(older_output, 0)
            when holds_audio_inside then greatest(output_text - output_audio, 0)
            else output_text + unknown_output
        end as text_output,
        case when is_older then older_total else stated_total end as total_counts
    from calls
),

added as (
    select
        *,
        plain_cache_read + {{ inner_meters.input | join(' + ') }} as inner_input,
        {{ inner_meters.output | join(' + ') }} as inner_output,
        {{ units | join(' + ') }} as other_units
    from completed
),

-- a total that is smaller than the parts by just what is cached or reasoning tells that the plain
-- count next to them includes it
compared as (
    select
        *,
        text_input + inner_input + text_output + inner_output as all_tokens,
        text_input + inner_input + text_output + inner_output - total_counts as excess
    from added
),

resolved as (
    select
        *,
        case
            when excess > 0 and excess in (inner_input, inner_input + inner_output)
                then greatest(text_input - inner_input, 0)
            else text_input
        end as uncached_input,
        case
            when
                excess > 0 and excess in (inner_output, inner_input + inner_output)
                and excess <> inner_input
                then greatest(text_output - inner_output, 0)
            else text_output
        end as plain_output,
        coalesce(all_tokens not in (total_counts, total_counts - other_units), false)
        or unknown_counts > 0 as does_not_add_up
    from compared
),

provider_names as (
    select * from {{ ref('provider_names') }}
),

catalog_names as (
    select
        provider_id,
        lower(model_id) as name,
        model_developer
    from {{ ref('models') }}
    union distinct
    select
        aliases.provider_id,
        lower(aliases.alias) as name,
        models.model_developer
    from {{ ref('model_aliases') }} as aliases
    inner join {{ ref('models') }} as models
        on aliases.provider_id = models.provider_id and aliases.model_id = models.model_id
),

-- who sells a model of this name: its developer, or the only one there is
catalog as (
    select
        catalog_names.name,
        max(
            case
                when
                    coalesce(provider_names.provider_id, catalog_names.model_developer)
                    = catalog_names.provider_id
                    then catalog_names.provider_id
            end
        ) as developer_id,
        case
            when count(distinct catalog_names.provider_id) = 1
                then min(catalog_names.provider_id)
        end as only_seller_id
    from catalog_names
    left join provider_names
        on catalog_names.model_developer = provider_names.provider_name
    group by catalog_names.name
),

identified as (
    select
        resolved.*,
        coalesce(
            named.provider_id, traced.provider_id, routes.provider_id, resolved.named_provider,
            as_is.developer_id, unprefixed.developer_id, undated.developer_id,
            as_is.only_seller_id, unprefixed.only_seller_id, undated.only_seller_id
        ) as provider_id
    from resolved
    left join provider_names as named
        on resolved.named_provider = named.provider_name
    left join provider_names as traced
        on resolved.traced_provider = traced.provider_name
    left join provider_names as routes
        on
            case
                when resolved.model_name like '%/%'
                    then split_part(lower(resolved.model_name), '/', 1)
            end = routes.provider_name
    left join catalog as as_is
        on lower(resolved.model_name) = as_is.name
    left join catalog as unprefixed
        on regexp_replace(lower(resolved.model_name), '^.*/', '') = unprefixed.name
    left join catalog as undated
        on
            {{ undated_model_name("regexp_replace(resolved.model_name, '^.*/', '')") }}
            = undated.name
),

weighted as (
    select
        *,
        uncached_input + inner_input + plain_output + inner_output as counted_tokens,
        provider_id in ('openai', 'microsoft') as is_openai_cache,
        -- unknown where nothing was counted, as for a stream that broke off
        case
            when not counts_tokens then 0
            when uncached_input + inner_input + plain_output + inner_output > 0 then 1
            when level = 'ERROR' and stated_numbers is not null then 1
        end as bought
    from identified
),

tagged as (
    select
        *,
        {{ json_object({'environment': 'environment', 'trace_name': 'trace_name'}) }} as named_tags
    from weighted
),

renamed as (
    select
        concat_ws('/', project_id, id) as usage_id,
        'langfuse.observations' as usage_source,
        'gateway_log' as usage_kind,
        _delivery_id as delivery_id,

        ---------- who
        provider_id,
        project_id,
        user_id as customer_id,
        session_id,
        trace_id,
        case
            when trace_tags is null then named_tags
            when named_tags is null then concat('{"tags":', trace_tags, '}')
            else concat(left(named_tags, length(named_tags) - 1), ',"tags":', trace_tags, '}')
        end as tags,

        ---------- what
        model_name,
        case
            when served_tier is not null then served_tier
            when speed = 'fast' then 'fast'
            when requested_tier in ('auto', 'default', 'standard', 'standard_only', '')
                then 'standard'
            when requested_tier is not null then requested_tier
            when priced_tier in ('flex', 'priority', 'batch', 'fast') then priced_tier
            else 'standard'
        end as service_tier,

        ---------- when
        start_time as started_at,
        end_time as ended_at,
        cast(start_time as date) as usage_date,

        ---------- counts
        case
            when level = 'ERROR' then 'failed'
            when counted_tokens > 0 or other_units > 0 or reported_cost > 0 then 'succeeded'
            else 'unknown'
        end as request_status,
        true as is_request_grain,
        case
            when not counts_tokens then cast(null as string)
            when does_not_add_up then 'buckets_do_not_add_up'
            when bought = 1 and counted_tokens > 0 and (
                -- counted by Langfuse's tokenizer, which knows of no cache
                is_older or is_counted_by_langfuse
            ) then 'cache_semantics_assumed'
            when input_cache_write > 0 then 'cache_life_assumed'
        end as usage_doubt,
        cast(1 as bigint) as requests_count,
        cast(bought * uncached_input as bigint) as input_uncached_tokens,
        cast(bought * plain_cache_read as bigint) as input_cache_read_tokens,
        cast(bought * input_cache_read_audio as bigint) as input_cache_read_audio_tokens,
        cast(bought * input_cache_read_image as bigint) as input_cache_read_image_tokens,
        cast(
            bought * (
                input_cache_write_5m
                + case when is_openai_cache then 0 else input_cache_write end
            ) as bigint
        ) as input_cache_write_5m_tokens,
        cast(
            bought * (
                input_cache_write_30m
                + case when is_openai_cache then input_cache_write else 0 end
            ) as bigint
        ) as input_cache_write_30m_tokens,
        cast(bought * input_cache_write_1h as bigint) as input_cache_write_1h_tokens,
        cast(bought * input_cache_write_12h as bigint) as input_cache_write_12h_tokens,
        cast(bought * input_audio as bigint) as input_audio_tokens,
        cast(bought * input_image as bigint) as input_image_tokens,
        cast(bought * input_video as bigint) as input_video_tokens,
        cast(bought * plain_output as bigint) as output_text_tokens,
        cast(bought * output_reasoning as bigint) as output_reasoning_tokens,
        cast(bought * output_audio as bigint) as output_audio_tokens,
        cast(bought * output_image as bigint) as output_image_tokens,
        cast(bought * output_video as bigint) as output_video_tokens,
        cast(web_search_calls as bigint) as web_search_calls,
        cast(
            case when unit = 'IMAGES' then older_units else images end as bigint
        ) as images,
        cast(
            case when unit = 'SECONDS' then older_units else audio_seconds end as bigint
        ) as audio_seconds,
        cast(
            case when unit = 'CHARACTERS' then older_units else characters end as bigint
        ) as characters,

        ---------- as reported
        cast(bought * (uncached_input + inner_input) as bigint) as reported_input_tokens,
        cast(bought * (plain_output + inner_output) as bigint) as reported_output_tokens,
        cast(reported_cost as decimal(38, 12)) as reported_cost_usd
    from tagged
)

select * from renamed
