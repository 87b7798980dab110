-- One row per distinct use that lines of AWS reports name: usage type, product, unit and wording.
-- Read once per use and joined to the lines, which are many; names as AWS publishes them.
{%- set machine = '[a-z0-9.-]+[.]([0-9]*x?large|metal|nano|micro|small|medium)(-[0-9]+xl)?' %}
{%- set claude = 'sonnet|opus|haiku|fable|mythos' %}
{%- set claude_new = '^claude[ -]?(' ~ claude ~ ')[ -]?([0-9]+)[.]?([0-9]*)$' %}
{%- set claude_old = '^claude[ -]?([0-9]+)[.]?([0-9]*)[ -]?(' ~ claude ~ ')' %}
{%- set nova_1 = '^nova[ -]?(micro|lite|pro|premier|sonic)$' %}
{%- set gpt = '^openai (gpt-?[0-9].*)$' %}
{%- set in_region = '(DataTransfer-Regional|DataTransfer-xAZ-In|DataTransfer-xAZ-Out)-Bytes' %}
{%- set processed = '^(NatGateway|VpcEndpoint|VpcPeering-In|VpcPeering-Out)-Bytes' %}
{%- set token_use = '^(.+?)(-mantle)?(-text|-speech|-audio|-image|-video)?'
    ~ '-(cache-read|cache-write|input|output)-' %}
{%- set capacity = '-?(provisionedthroughput|reserved-[0-9]+-?month|reserved-.*tpm)' %}
{%- set nova_2 = '^nova[ -]?2([.]0)?[ -]?([a-z]+)$' %}
with source as (
    select distinct
        {{ aws_use_id() }} as use_id,
        line_item_product_code,
        line_item_usage_type,
        line_item_line_item_description,
        pricing_unit,
        product,
        product_product_name,
        product_instance_type,
        product_volume_api_name,
        product_region_code,
        product_region,
        product_to_region_code
    from {{ source('aws', 'cur') }}
),

regions as (
    select * from {{ ref('aws_regions') }}
),

services as (
    select * from {{ ref('aws_services') }}
),

opened as (
    select
        *,
        {{ json_texts('product', [
            'product_name', 'servicename', 'region', 'instance_type', 'volume_api_name',
        ]) }} as attributes,
        coalesce(line_item_product_code, '') as product_code,
        coalesce(line_item_usage_type, '') as usage_type,
        -- CloudFront's codes are price classes: EU is Europe there, not Ireland
        case
            when line_item_product_code = 'AmazonCloudFront' then ''
            else coalesce(
                nullif(regexp_extract(line_item_usage_type, '^([A-Z]{2,4}[0-9]?)-', 1), ''),
                regexp_extract(line_item_usage_type, '^([A-Z]{2,4}[0-9]?)_.*-Units$', 1)
            )
        end as usage_prefix,
        regexp_extract(line_item_usage_type, '^[A-Z0-9]+-([A-Z]{2,4}[0-9]?)-AWS-(In|Out)-', 1)
            as peer_prefix
    from source
),

named as (
    select
        opened.*,
        services.service_category,
        services.service_subcategory,
        coalesce(peers.region_id, opened.product_to_region_code) as peer_region_id,
        coalesce(
            opened.product_product_name,
            {{ list_item('opened.attributes', 1) }},
            {{ list_item('opened.attributes', 2) }},
            opened.line_item_product_code
        ) as product_name,
        coalesce(opened.product_instance_type, {{ list_item('opened.attributes', 4) }})
            as product_machine,
        coalesce(opened.product_volume_api_name, {{ list_item('opened.attributes', 5) }})
            as volume_name,
        nullif(
            coalesce(
                opened.product_region_code,
                opened.product_region,
                {{ list_item('opened.attributes', 3) }},
                regions.region_id
            ),
            'global'
        ) as stated_region_id,
        case
            when regions.region_id is null then opened.usage_type
            else substring(opened.usage_type, length(opened.usage_prefix) + 2)
        end as usage_name
    from opened
    left join services on opened.product_code = services.product_code
    left join regions on opened.usage_prefix = regions.usage_prefix
    left join regions as peers on opened.peer_prefix = peers.usage_prefix
),

sorted_by_kind as (
    select
        *,
        case
            when
                lower(product_code) like 'amazonbedrock%'
                or lower(product_name) like '%bedrock edition)'
                then 'bedrock'
            when
                pricing_unit like 'GB-Mo%'
                and regexp_extract(usage_name, '(Storage|VolumeUsage|SnapshotUsage)', 1) <> ''
                then 'storage'
            when regexp_extract(usage_name, 'AWS-(In|Out)-Bytes', 1) <> '' then 'inter_region'
            when
                regexp_extract(usage_name, '{{ in_region }}', 1) <> ''
                or regexp_extract(usage_name, '{{ processed }}', 1) <> ''
                then 'in_region'
            when regexp_extract(usage_name, 'DataTransfer-(In|Out)-Bytes', 1) <> '' then 'internet'
        end as use_kind,
        regexp_extract(usage_name, '(In|Out)-Bytes', 1) as direction,
        (
            product_code = 'AmazonSageMaker'
            or regexp_extract(
                usage_name, '(BoxUsage|Usage:|Reservation:|UnusedBox:|UnusedDed:|DedicatedRes:)', 1
            ) <> ''
        ) as is_machine,
        -- Bedrock has two families of names: NovaPro-input-tokens, MP:USE1_InputTokenCount-Units
        coalesce(
            nullif(
                regexp_extract(
                    replace(lower(usage_name), '_', '-'), '^(mp:)?[a-z]{2,4}[0-9]?-(.*)-units$', 2
                ),
                ''
            ),
            replace(lower(usage_name), '_', '-')
        ) as token_text,
        lower(coalesce(line_item_line_item_description, '')) as wording
    from named
),

located as (
    select
        *,
        -- a usage type without a code is Northern Virginia, where the service has regions at all
        coalesce(
            stated_region_id,
            case
                when (is_machine or use_kind is not null) and product_code <> 'AmazonCloudFront'
                    then 'us-east-1'
            end
        ) as region_id,
        (
            use_kind = 'bedrock'
            and token_text like '%token%'
            and regexp_extract(
                token_text, '(provisioned|customization|training|reserved|tpm)', 1
            ) = ''
        ) as is_token_use,
        -- paid by the hour for throughput that is held, whatever is served with it
        use_kind = 'bedrock' and regexp_extract(token_text, '{{ capacity }}', 1) <> ''
            as is_capacity,
        -- of a line of the Marketplace the product is the model
        case
            when lower(product_name) like '%bedrock edition)' or usage_name like '%-Units' then ''
            else coalesce(
                nullif(regexp_extract(token_text, '^(.+?){{ capacity }}', 1), ''),
                regexp_extract(token_text, '{{ token_use }}', 1)
            )
        end as model_part
    from sorted_by_kind
),

tokens as (
    select
        *,
        case
            when not is_token_use and not is_capacity then null
            when model_part <> '' then model_part
            when lower(product_name) like '%bedrock edition)'
                then regexp_replace(lower(product_name), ' ?[(]amazon bedrock edition[)]$', '')
        end as billed_model,
        substring(token_text, length(model_part) + 1) as meter_text,
        case
            when not is_token_use then null
            when lower(pricing_unit) like '1k token%' then 1000
            when lower(pricing_unit) like '1m token%' then 1000000
            when wording like '%million%' or token_text like 'million%' then 1000000
            when regexp_extract(wording, '(thousand|1k |1,000 )', 1) <> '' then 1000
            when wording like '%1m %' then 1000000
            -- the newer names of Marketplace models count millions without saying so
            when regexp_extract(usage_name, '_(standard|batch|flex|priority)-Units$', 1) <> ''
                then 1000000
        end as tokens_per_unit
    from located
),

claude_names as (
    select
        *,
        coalesce(
            nullif(regexp_extract(billed_model, '{{ claude_new }}', 1), ''),
            regexp_extract(billed_model, '{{ claude_old }}', 3)
        ) as family,
        coalesce(
            nullif(regexp_extract(billed_model, '{{ claude_new }}', 2), ''),
            regexp_extract(billed_model, '{{ claude_old }}', 1)
        ) as major,
        coalesce(
            nullif(concat('-', regexp_extract(billed_model, '{{ claude_new }}', 3)), '-'),
            nullif(concat('-', regexp_extract(billed_model, '{{ claude_old }}', 2)), '-'),
            ''
        ) as minor
    from tokens
),

-- the id that Bedrock's API takes, without version; a name not understood stays as billed
modelled as (
    select
        *,
        case
            when billed_model is null then null
            when meter_text like '%custom-model%' then concat(billed_model, '-custom-model')
            when regexp_extract(billed_model, '^([a-z]+[.][a-z])', 1) <> '' then billed_model
            when family <> '' and major in ('1', '2', '3')
                then concat('anthropic.claude-', major, minor, '-', family)
            when family <> '' then concat('anthropic.claude-', family, '-', major, minor)
            when regexp_extract(billed_model, '{{ nova_1 }}', 1) <> ''
                then concat('amazon.nova-', regexp_extract(billed_model, '{{ nova_1 }}', 1))
            when regexp_extract(billed_model, '{{ nova_2 }}', 2) <> ''
                then concat('amazon.nova-2-', regexp_extract(billed_model, '{{ nova_2 }}', 2))
            when regexp_extract(billed_model, '{{ gpt }}', 1) <> ''
                then concat(
                    'openai.', replace(regexp_extract(billed_model, '{{ gpt }}', 1), ' ', '-')
                )
            when billed_model like 'llama%' then concat('meta.', billed_model, '-instruct')
            else billed_model
        end as model_id
    from claude_names
),

metered as (
    select
        *,
        case
            when use_kind = 'storage' then 'byte_hours'
            when use_kind in ('in_region', 'inter_region', 'internet') then 'transferred_bytes'
            when use_kind is null then null
            when is_capacity then 'provisioned_capacity'
            when model_id is null then 'other'
            when meter_text like '%cache%write%'
                then
                    case
                        when meter_text like '%1h%' or meter_text like '%1-hour%'
                            then 'input_cache_write_1h'
                        when meter_text like '%30m%' then 'input_cache_write_30m'
                        when
                            meter_text like '%5m%'
                            or regexp_extract(model_id, '^(anthropic|amazon)[.]', 1) <> ''
                            then 'input_cache_write_5m'
                        else 'input_cache_write'
                    end
            when meter_text like '%cache%read%' or meter_text like 'cached-input%'
                then 'input_cache_read'
            when meter_text like '%output%image%' then 'output_image'
            when regexp_extract(token_text, '(speech-output|audio-output|output-audio)', 1) <> ''
                then 'output_audio'
            when meter_text like '%output%' then 'output'
            when meter_text like '%input%image%' then 'input_image'
            when meter_text like '%input%video%' then 'input_video'
            when regexp_extract(token_text, '(speech-input|audio-input|input-audio)', 1) <> ''
                then 'input_audio'
            when meter_text like '%input%' then 'input_uncached'
            else 'other'
        end as bill_meter
    from modelled
),

renamed as (
    select
        use_id,
        usage_name,
        use_kind,
        product_name,
        case
            when usage_name like '%EBS:%' then 'Storage'
            when use_kind = 'bedrock' then 'AI and Machine Learning'
            else coalesce(service_category, 'Other')
        end as service_category,
        case
            when usage_name like '%EBS:%' then 'Block Storage'
            when use_kind = 'bedrock' then 'Generative AI'
            else coalesce(service_subcategory, 'Other (Other)')
        end as service_subcategory,
        region_id,
        case
            when usage_name like '%EBSOptimized%' then null
            when regexp_extract(usage_name, ':({{ machine }})', 1) <> ''
                then regexp_extract(usage_name, ':({{ machine }})', 1)
            -- SageMaker says ml.g5.xlarge-Hosting
            when is_machine then nullif(regexp_extract(product_machine, '^({{ machine }})', 1), '')
        end as instance_type,
        case
            when use_kind is null or use_kind <> 'storage' then null
            when usage_name like '%SnapshotUsage%' then 'snapshot'
            when usage_name like '%VolumeUsage%'
                then coalesce(
                    nullif(regexp_extract(usage_name, 'VolumeUsage[.]([a-z0-9]+)', 1), ''),
                    volume_name,
                    'standard'
                )
            when product_code not in ('AmazonS3', 'AmazonGlacier') then null
            when usage_name like '%Storage-SIA%' then 'STANDARD_IA'
            when usage_name like '%Storage-ZIA%' then 'ONEZONE_IA'
            when usage_name like '%Storage-GIR%' then 'GLACIER_IR'
            when usage_name like '%Storage-GDA%' then 'DEEP_ARCHIVE'
            when usage_name like '%Storage-INT%' then 'INTELLIGENT_TIERING'
            when usage_name like '%Storage-XZ%' then 'EXPRESS_ONEZONE'
            when usage_name like '%Storage-RRS%' then 'REDUCED_REDUNDANCY'
            when usage_name like '%Storage-Glacier%' or product_code = 'AmazonGlacier'
                then 'GLACIER'
            when usage_name = 'TimedStorage-ByteHrs' then 'STANDARD'
        end as storage_class,
        case when bill_meter = 'transferred_bytes' then use_kind end as transfer_kind,
        -- the product's own from and to do not turn around for data that came in
        case
            when use_kind = 'in_region' then region_id
            when use_kind = 'inter_region' and direction = 'In' then peer_region_id
            when use_kind in ('inter_region', 'internet') and direction = 'Out' then region_id
        end as from_region_id,
        case
            when use_kind = 'in_region' then region_id
            when use_kind = 'inter_region' and direction = 'Out' then peer_region_id
            when use_kind in ('inter_region', 'internet') and direction = 'In' then region_id
        end as to_region_id,
        case when meter_text like '%global%' then concat('global.', model_id) else model_id end
            as model_name,
        bill_meter,
        case
            when is_capacity then 'provisioned'
            when not is_token_use then null
            when meter_text like '%latency%' then 'fast'
            else nullif(regexp_extract(meter_text, '(batch|flex|priority|standard)', 1), '')
        end as service_tier,
        -- long prompts are lines of their own, so that all others are not long; the threshold is
        -- that of the model's developer
        cast(
            case
                when not is_token_use then null
                when regexp_extract(meter_text, '(long-?ctx|lctx|long-?context)', 1) = '' then 0
                when model_id like 'anthropic.%' then 200000
                when model_id like 'openai.%' then 272000
            end as bigint
        ) as context_over_tokens,
        coalesce(is_token_use, false) as is_token_use,
        cast(tokens_per_unit as bigint) as tokens_per_unit,
        case
            when tokens_per_unit = 1000 then '1000 Tokens'
            when tokens_per_unit = 1000000 then '1000000 Tokens'
            when lower(pricing_unit) in ('hrs', 'hr', 'hour', 'hours') then 'Hours'
            when pricing_unit like 'GB-Mo%' then 'GB-Months'
            when lower(pricing_unit) in ('gb-hrs', 'gb-hours') then 'GB-Hours'
            when lower(pricing_unit) in ('request', 'requests', 'api request', 'api requests')
                then 'Requests'
            when lower(pricing_unit) in ('second', 'seconds', 'sec') then 'Seconds'
            when lower(pricing_unit) in ('lambda-gb-second', 'gb-second', 'gb-seconds')
                then 'GB-Seconds'
            when lower(pricing_unit) in ('iops-mo', 'iops-month') then 'IOPS-Months'
            else pricing_unit
        end as pricing_unit
    from metered
)

select * from renamed
