-- One row per SKU text and units of Google Cloud's billing export: what the words say it meters.
-- The text is free: read tolerantly, once per text, and without a meter where it is not understood.
{%- set after_model = [
    'ga', 'global', 'regional', 'text', 'audio', 'image', 'video', 'input', 'output', 'thinking',
    'short', 'long', 'cached', 'caching', 'cache', 'batch', 'flex', 'priority', 'token', 'tokens',
    'prompt', 'response', 'predictions',
] | join('|') %}
{%- set model_end = '[ -]+(?:[(]|$|(?:' ~ after_model ~ ')[^a-z])' %}
{%- set any_model = 'gemini|claude|model as a service' %}
{%- set service_categories = [
    ('Vertex AI|Gemini|TPU', 'AI and Machine Learning'),
    ('Compute Engine|Kubernetes|Cloud Run|App Engine', 'Compute'),
    ('Storage|Filestore', 'Storage'),
    ('SQL|Spanner|Bigtable|Firestore|AlloyDB|Redis', 'Databases'),
    ('BigQuery|Dataflow|Dataproc', 'Analytics'),
    ('Network', 'Networking'),
    ('Logging|Monitoring', 'Management and Governance'),
] %}
with source as (
    select * from {{ source('gcp', 'billing_export') }}
),

skus as (
    select distinct
        service_description,
        sku_description,
        usage_unit,
        usage_pricing_unit
    from source
),

worded as (
    select
        *,
        -- some texts have doubled blanks
        concat(
            ' ',
            trim(
                replace(
                    replace(
                        translate(lower(coalesce(sku_description, '')), '_', ' '), '  ', ' '
                    ), '  ', ' '
                )
            ),
            ' '
        ) as words,
        lower(usage_unit) as base_unit,
        regexp_extract(usage_pricing_unit, '^[0-9]+ ', 0) as pricing_factor,
        regexp_replace(lower(usage_pricing_unit), '^[0-9]+ ', '') as pricing_base
    from skus
),

sorted as (
    select
        *,
        case
            when words like '%provisioned throughput%' then 'capacity'
            when words like ' commitment%' then 'commitment'
            when words like '%grounding%' and words like '%google search%' then 'search'
            when
                base_unit in ('count', 'counts', 'request', 'requests')
                and regexp_extract(words, '{{ any_model }}|token', 0) <> ''
                and regexp_extract(words, '(input|output|cach)', 0) <> ''
                and regexp_extract(words, '(storage|tuning|training|grounding)', 0) = ''
                then 'tokens'
            when
                regexp_extract(words, '{{ any_model }}', 0) <> ''
                then 'other'
            when
                base_unit = 'seconds'
                and regexp_extract(words, '[^a-z](gpus?[^a-z]|tpu)', 0) <> ''
                and regexp_extract(words, '(licens|management fee)', 0) = ''
                then 'gpu'
            -- memory is in byte-seconds too, but priced by the hour
            when
                base_unit = 'byte-seconds'
                and regexp_extract(pricing_base, 'month|[.]mo$', 0) <> ''
                then 'storage'
            when
                base_unit = 'bytes'
                and regexp_extract(words, '(egress|ingress|data transfer|download)', 0) <> ''
                then 'transfer'
        end as kind
    from worded
),

parsed as (
    select
        *,
        regexp_extract(
            words,
            'gemini[ -]((?:er ?)?[0-9][0-9.]*(?:[ -][a-z0-9]+)*?){{ model_end }}',
            1
        ) as gemini_version,
        -- 'image output token count for gemini 3 pro image': there the last word is the model's
        words like '%token count for gemini%image ' as is_image_model,
        regexp_extract(words, 'gemini[ -](embedding(?:[ -][0-9]+)?)', 1) as gemini_embedding,
        regexp_extract(
            words,
            'claude[ -]([a-z0-9.]+(?:[ -][a-z0-9.]+)*?){{ model_end }}',
            1
        ) as claude_version,
        regexp_extract(
            words,
            'model as a service ([a-z0-9.]+(?:[ -][a-z0-9.]+)*?){{ model_end }}',
            1
        ) as garden_model,
        regexp_extract(words, '[^a-z](batch|flex|priority)[^a-z]', 1) as tier,
        nullif(regexp_extract(words, '[^a-z](global|regional)[^a-z]', 1), '') as endpoint_scope,
        regexp_extract(words, '[^a-z]long[^a-z]', 0) <> '' as is_long,
        words like '%long & standard%' as is_long_and_short,
        -- a line of output may name the length of its input ('output token count ... short input')
        words like '%input token%'
        or words not like '%output%' as is_input,
        words like '%ingress%' or words like '%data transfer in %' as is_inbound
    from sorted
),

named as (
    select
        *,
        case
            when gemini_version <> ''
                then concat(
                    'gemini-',
                    replace(gemini_version, ' ', '-'),
                    case when is_image_model then '-image' else '' end
                )
            when gemini_embedding <> '' then concat('gemini-', replace(gemini_embedding, ' ', '-'))
            when claude_version <> ''
                then concat('claude-', replace(replace(claude_version, ' ', '-'), '.', '-'))
            when garden_model <> '' then replace(garden_model, ' ', '-')
        end as model_name
    from parsed
),

metered as (
    select
        *,
        case
            when kind = 'search' then 'web_search_calls'
            when kind = 'gpu' then 'gpu_seconds'
            when kind = 'storage' then 'byte_hours'
            when kind = 'transfer' then 'transferred_bytes'
            when kind = 'capacity' then 'provisioned_capacity'
            -- tokens of an unknown model must not be taken for those of every model
            when kind = 'other' or (kind = 'tokens' and model_name is null) then 'other'
            when kind is null or kind <> 'tokens' then null
            -- Vertex AI counts characters for Gemini 1, tokens from Gemini 2 on
            when service_description = 'Vertex AI' and model_name like 'gemini-1%'
                then 'characters'
            when words like '%cach%write%' and words like '%1h%' then 'input_cache_write_1h'
            when words like '%cach%write%' then 'input_cache_write'
            when words like '%cach%' and words like '%audio%' then 'input_cache_read_audio'
            when words like '%cach%' then 'input_cache_read'
            when is_input and words like '%audio%' then 'input_audio'
            when is_input and words like '%image%' then 'input_image'
            when is_input and words like '%video%' then 'input_video'
            when is_input then 'input_uncached'
            when words like '%audio%' then 'output_audio'
            when words like '%output image%' or words like '%image output%' then 'output_image'
            -- '(Thinking On)' is all output of a call, 'Thinking Text Output' the thoughts alone
            when words like '%thinking%' and words not like '%thinking on%' then 'output_reasoning'
            else 'output'
        end as bill_meter
    from named
)

select
    service_description,
    sku_description,
    usage_unit,
    usage_pricing_unit,
    coalesce(kind in ('commitment', 'capacity'), false) as is_commitment,
    regexp_extract(words, '[^a-z](spot|preemptible)[^a-z]', 0) <> '' as is_spot,
    case when kind in ('tokens', 'other', 'search', 'capacity') then model_name end as model_name,
    bill_meter,
    case
        when kind = 'tokens' then nullif(tier, '')
        when kind = 'capacity' then 'provisioned'
    end as service_tier,
    case when kind in ('tokens', 'capacity') then endpoint_scope end as endpoint_scope,
    -- long prompts have SKUs of their own, so that all others are not long
    cast(
        case
            when coalesce(kind, '') <> 'tokens' or is_long_and_short then null
            when not is_long then 0
            when model_name like 'gemini-1%' then 128000
            when model_name like 'gemini-%' or model_name like 'claude-%' then 200000
        end as bigint
    ) as context_over_tokens,
    case
        when kind <> 'storage' then null
        when words like '%nearline%' then 'NEARLINE'
        when words like '%coldline%' then 'COLDLINE'
        when words like '%archive storage%' then 'ARCHIVE'
        when service_description = 'Cloud Storage' and words like '%standard storage%'
            then 'STANDARD'
        when words like '%snapshot%' then 'snapshot'
        when words like '%balanced pd%' then 'pd-balanced'
        when words like '%ssd backed pd%' then 'pd-ssd'
        when words like '%extreme pd%' then 'pd-extreme'
        when words like '%storage pd%' then 'pd-standard'
        when words like '% hyperdisk %'
            then nullif(
                concat(
                    'hyperdisk-',
                    regexp_extract(words, 'hyperdisk (balanced|extreme|throughput|ml)[^a-z]', 1)
                ),
                'hyperdisk-'
            )
    end as storage_class,
    case
        when kind <> 'transfer' then null
        when regexp_extract(words, 'int(er|ra)[ -]zone', 0) <> '' then 'in_region'
        when regexp_extract(words, 'inter[ -]region', 0) <> '' then 'inter_region'
        when words like '%cross-cloud%' then 'inter_cloud'
        when words like '%internet%' or words like ' download %' then 'internet'
    end as transfer_kind,
    case when kind = 'transfer' then is_inbound end as is_inbound,
    case
        when kind = 'transfer'
            then nullif(regexp_extract(trim(sku_description), '[Ff]rom (.+) to .+$', 1), '')
    end as from_place,
    case
        when kind = 'transfer'
            then nullif(regexp_extract(trim(sku_description), '[Ff]rom .+ to (.+)$', 1), '')
    end as to_place,
    case
        when bill_meter = 'characters' then 'Characters'
        when kind = 'tokens' then 'Tokens'
        when base_unit in ('second', 'seconds') then 'Seconds'
        when base_unit = 'byte-seconds' then 'Byte-Seconds'
        when base_unit in ('byte', 'bytes') then 'Bytes'
        when base_unit in ('count', 'counts') then 'Count'
        when base_unit in ('request', 'requests') then 'Requests'
        else usage_unit
    end as consumed_unit,
    case
        when usage_pricing_unit is null then null
        else concat(
            pricing_factor,
            case
                when kind = 'tokens' and pricing_base in ('count', 'counts', 'request', 'requests')
                    then case when bill_meter = 'characters' then 'Characters' else 'Tokens' end
                when pricing_base in ('hour', 'hours', 'h') then 'Hours'
                when pricing_base in ('second', 'seconds', 's') then 'Seconds'
                when pricing_base in ('day', 'days', 'd') then 'Days'
                when pricing_base in ('month', 'months', 'mo') then 'Months'
                when pricing_base in ('gibibyte month', 'giby.mo') then 'GiB-Months'
                when pricing_base in ('tebibyte month', 'tiby.mo') then 'TiB-Months'
                when pricing_base in ('gibibyte hour', 'giby.h') then 'GiB-Hours'
                when pricing_base in ('byte', 'bytes', 'by') then 'Bytes'
                when pricing_base in ('mebibyte', 'miby') then 'MiB'
                when pricing_base in ('gibibyte', 'giby') then 'GiB'
                when pricing_base in ('tebibyte', 'tiby') then 'TiB'
                when pricing_base in ('count', 'counts') then 'Count'
                when pricing_base in ('request', 'requests') then 'Requests'
                else pricing_base
            end
        )
    end as pricing_unit,
    case
        when kind in ('tokens', 'search', 'other', 'capacity') then 'AI and Machine Learning'
        {%- for words_of_service, category in service_categories %}
            when regexp_extract(service_description, '{{ words_of_service }}', 0) <> ''
                then '{{ category }}'
        {%- endfor %}
        else 'Other'
    end as service_category,
    case when kind in ('tokens', 'search', 'other', 'capacity') then 'Generative AI' end
        as service_subcategory
from metered
