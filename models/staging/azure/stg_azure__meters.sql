-- One row per meter as Azure bills it (category, subcategory, name, unit): what it measures.
-- Names are free text with changing abbreviations: read tolerantly, kept verbatim beside.
{#- Abbreviations of one word, as they have been seen. #}
{%- set cached = 'cached|cache|cach|cchd|cched|ccchd|ch|cd' %}
{%- set input = 'inp|inpt|input|in|prompt' %}
{%- set output = 'outp|outpt|output|otpt|opt|out|completion' %}
{%- set tuned = 'ft|finetuned' %}
{%- set in_global, in_region = 'global|glbl|gl', 'regional|regnl|rgnl|regn' %}
{%- set in_zone = 'dzone|dzn|dz|datazone' %}
{%- set after_model = [
    cached, input, output, tuned, in_global, in_region, in_zone, 'data|dev',
    'batch|btch|priority|prty|pp|flex|fl|standard|std', 'aud|audio|img|image|txt|text',
    'shortco|shco|longco|loco|training|trng|hosting|hstng|tokens|token|1k|1m',
] | join('|') %}
{%- set name = '^ +(?:az |azure |openai )*(.+?) ((?:' ~ after_model ~ ')[0-9]*) ' %}
{#- Words that are glued together, and a model whose name holds one of the words above. #}
{%- set plain_name = ["coalesce(meter_name, '')"] %}
{%- for glued, apart in [
    ('BatchInp', 'Batch Inp'), ('BatchOutp', 'Batch Outp'), ('AudInp', ' Aud Inp'),
    ('AudOutp', ' Aud Outp'), ('TxtInp', ' Txt Inp'), ('TxtOutp', ' Txt Outp'),
    ('gpt4o', 'gpt-4o'), ('4omini', '4o-mini'), ('gpt-image-', 'gptimage'),
] %}
    {%- do plain_name.append("replace(" ~ plain_name[-1] ~ ", '" ~ glued ~ "', '" ~ apart ~ "')") %}
{%- endfor %}
with lines as (
    select * from {{ ref('stg_azure__cost_lines') }}
),

pricing_units as (
    select * from {{ ref('pricing_units') }}
),

meters as (
    select distinct
        meter_key,
        meter_category,
        meter_subcategory,
        meter_name,
        unit_of_measure,
        lower(coalesce(meter_category, '')) as category,
        translate(lower(coalesce(meter_subcategory, '')), '-_/()', '     ') as subcategory,
        concat(' ', translate(lower({{ plain_name[-1] }}), '-_/()', '     '), ' ') as words
    from lines
),

with_units as (
    select
        meters.*,
        pricing_units.block_size,
        pricing_units.unit
    from meters
    left join pricing_units
        on lower(trim(meters.unit_of_measure)) = pricing_units.unit_text
),

named as (
    select
        *,
        category like '%openai%' or subcategory like '%openai%' as is_openai,
        category like '%openai%'
        or subcategory like '%openai%'
        or category like '%foundry%'
        or (category = 'cognitive services' and words like '% token%') as is_ai,
        -- what stands before the first word that is no part of a model's name, which the day of a
        -- snapshot (1120) is not either
        trim(
            regexp_replace(
                regexp_extract(words, '{{ name }}', 1), ' ?[0-9]{4}([0-9]{4})?$', ''
            )
        ) as name_words,
        case
            when regexp_extract(words, '{{ name }}', 2) = '' then words
            else substring(
                words,
                length(regexp_extract(words, '{{ name }}', 0))
                - length(regexp_extract(words, '{{ name }}', 2)) - 1
            )
        end as use_words
    from with_units
),

measured as (
    select
        *,
        {{ has_word('words', 'provisioned|ptu') }} as is_provisioned,
        {{ has_word('words', 'training|trng|hosting|hstng|grader|search|grounding|interpreter') }}
            as is_no_inference,
        {{ has_word('use_words', cached) }} as is_cached,
        {{ has_word('use_words', 'wr|wrt|write') }} as is_write,
        {{ has_word('use_words', input) }} or words like '%embedding%' as is_input,
        {{ has_word('use_words', output) }} as is_output,
        {{ has_word('use_words', 'aud|audio') }} as is_audio,
        {{ has_word('use_words', 'img|image') }}
        -- the image models bring out nothing else
        or (name_words like 'image%' and {{ has_word('use_words', output) }}) as is_image,
        -- versions without their name (5.4 mini), some without their dot (54 mini)
        trim(regexp_replace(name_words, '^gpt', '')) as gpt_version
    from named
),

told as (
    select
        *,
        is_ai
        and not is_provisioned
        and not is_no_inference
        and (
            words like '% token%'
            or unit = 'Tokens'
            or (unit = 'Units' and block_size >= 1000 and (is_cached or is_input or is_output))
        ) as is_tokens,
        words like '% data stored %'
        or (
            category = 'storage' and (words like '% disk %' or words like '% snapshot%')
            and words not like '% operation%'
        ) as is_storage,
        unit in ('MB', 'GB', 'TB', 'GiB', 'TiB')
        and (
            category = 'bandwidth'
            or (category = 'virtual network' and subcategory like '%peering%')
            or words like '% data transfer %'
        ) as is_transfer,
        replace(
            case
                -- the one snapshot that costs more than its model
                when gpt_version = '4o' and words like '% 0513 %' then 'gpt-4o-2024-05-13'
                when name_words like 'gptimage%'
                    then concat('gpt-image-', substring(name_words, 9))
                when
                    regexp_extract(gpt_version, '^([3-6][0-9])( .*)?$', 1) <> ''
                    and (is_openai or name_words like 'gpt%')
                    then concat(
                        'gpt-', substring(gpt_version, 1, 1), '.', substring(gpt_version, 2)
                    )
                when
                    name_words like 'gpt%'
                    or (is_openai and regexp_extract(name_words, '^[0-9]', 0) <> '')
                    then concat('gpt-', gpt_version)
                {%- for family, pattern in [
                    ('grok', '^[0-9]'), ('llama', '^[0-9]'), ('deepseek', '^[vr][0-9]'),
                    ('kimi', '^k[0-9]'),
                ] %}
                    when
                        subcategory like '%{{ family }}%'
                        and regexp_extract(name_words, '{{ pattern }}', 0) <> ''
                        then concat('{{ family }}-', name_words)
                {%- endfor %}
                when name_words <> '' then name_words
            end,
            ' ', '-'
        ) as base_model_name
    from measured
),

counted as (
    select
        *,
        -- Quantity counts blocks of bare numbers (10K), and single units where a block is named
        -- (100 Hours) in some exports and blocks in others: that is not known from a line
        case
            when is_tokens and coalesce(block_size, 1) = 1 and words like '% 1m %' then 1000000
            when is_tokens and coalesce(block_size, 1) = 1 and words like '% 1k %' then 1000
            when block_size = 1 or unit in ('Units', 'Tokens') then block_size
        end as units_per_quantity,
        case when is_tokens then 'Tokens' else unit end as counted_unit
    from told
)

select
    meter_key,
    meter_category,
    meter_subcategory,
    meter_name,
    unit_of_measure,
    case
        when is_tokens and {{ has_word('use_words', tuned) }} then concat(base_model_name, '-ft')
        when is_tokens then base_model_name
    end as model_name,
    case
        when is_ai and is_provisioned then 'provisioned_capacity'
        -- tokens of an unknown model must not be taken for those of every model
        when is_tokens and base_model_name is null then 'other'
        when is_tokens and is_write then 'input_cache_write'
        when is_tokens and is_output and is_audio then 'output_audio'
        when is_tokens and is_output and is_image then 'output_image'
        when is_tokens and is_output then 'output'
        when is_tokens and is_cached and is_audio then 'input_cache_read_audio'
        when is_tokens and is_cached and is_image then 'input_cache_read_image'
        when is_tokens and is_cached then 'input_cache_read'
        when is_tokens and is_input and is_audio then 'input_audio'
        when is_tokens and is_input and is_image then 'input_image'
        when is_tokens and is_input then 'input_uncached'
        when is_tokens then 'tokens'
        when is_ai then 'other'
        when is_storage then 'byte_hours'
        when is_transfer then 'transferred_bytes'
    end as bill_meter,
    case
        when is_ai and is_provisioned then 'provisioned'
        when not is_tokens then null
        when {{ has_word('use_words', 'batch|btch') }} then 'batch'
        when {{ has_word('use_words', 'priority|prty|pp') }} then 'priority'
        when {{ has_word('use_words', 'flex|fl') }} then 'flex'
        when {{ has_word('use_words', 'standard|std') }} then 'standard'
    end as service_tier,
    case
        when not is_tokens and not (is_ai and is_provisioned) then null
        when {{ has_word('words', in_zone) }} or words like '% data zone %' then 'data_zone'
        when {{ has_word('words', in_region) }} then 'regional'
        when {{ has_word('words', in_global) }} then 'global'
    end as deployment_scope,
    -- long prompts have meters of their own, so that all others are not long
    cast(
        case
            when not is_tokens then null
            when not {{ has_word('use_words', 'longco|loco|l') }} then 0
            when is_openai and not {{ has_word('use_words', 'l') }} then 272000
        end as bigint
    ) as context_over_tokens,
    case
        when is_storage and not is_ai
            then coalesce(
                nullif(trim(regexp_replace(meter_name, '(?i)data stored', '')), ''),
                meter_subcategory
            )
    end as storage_class,
    case
        when is_ai or is_storage or not is_transfer then null
        when
            subcategory like '%inter region%' or words like '% inter region %'
            or subcategory like '%global peering%' or words like '% inter continent %'
            or words like '% intra continent %'
            then 'inter_region'
        when words like '% availability zone %' or words like '% intra region %' then 'in_region'
        when category <> 'virtual network' then 'internet'
    end as transfer_kind,
    is_transfer and {{ has_word('words', 'out|egress') }} as is_outbound,
    is_transfer and {{ has_word('words', 'in|ingress') }} as is_inbound,
    cast(units_per_quantity as decimal(12, 0)) as units_per_quantity,
    case when units_per_quantity is not null then counted_unit end as consumed_unit,
    case
        when units_per_quantity = 1 then counted_unit
        when units_per_quantity is not null
            then concat(
                cast(cast(units_per_quantity as bigint) as string), ' ', counted_unit
            )
    end as pricing_unit
from counted
