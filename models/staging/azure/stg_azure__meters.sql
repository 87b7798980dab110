-- One row per meter as Azure bills it (category, subcategory, name, unit): what it measures.
-- Names are free text with changing abbreviations: read tolerantly, kept verbatim beside.
{#- Abbreviations of one word, as they have been seen. #}
{%- set cached = 'cached|cache|cach|cchd|cd' %}
{%- set input = 'inp|inpt|input|in|prompt' %}
{%- set output = 'outp|outpt|output|otpt|opt|out|completion' %}
{%- set after_model = [
    cached, input, output, 'batch|btch|priority|prty|pp|flex|standard|std',
    'global|glbl|gl|regional|regnl|rgnl|data|dzone|dzn|dz', 'aud|audio|img|image|txt',
    'shortco|longco|training|hosting|tokens|token|1k|1m',
] | join('|') %}
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
        concat(' ', translate(lower(coalesce(meter_name, '')), '-_/()', '     '), ' ') as words
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

measured as (
    select
        *,
        category like '%openai%'
        or subcategory like '%openai%'
        or category like '%foundry%'
        or (category = 'cognitive services' and words like '% token%') as is_ai,
        {{ has_word('words', 'provisioned|ptu|training|hosting|search|grounding|interpreter') }}
            as is_no_inference,
        {{ has_word('words', cached) }} as is_cached,
        {{ has_word('words', 'wr|wrt|write') }} as is_write,
        {{ has_word('words', input) }} or words like '%embedding%' as is_input,
        {{ has_word('words', output) }} as is_output,
        {{ has_word('words', 'aud|audio') }} as is_audio,
        {{ has_word('words', 'img|image') }} as is_image
    from with_units
),

told as (
    select
        *,
        is_ai
        and not is_no_inference
        and (
            words like '% token%'
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
        -- what stands before the first word that is no part of a model's name
        regexp_replace(
            regexp_extract(
                words,
                '^ +(az |azure |openai )*(.+?) ({{ after_model }})[0-9]* ',
                2
            ),
            -- the day of a snapshot (1120) is no part of it either
            ' [0-9]{4}$', ''
        ) as model_words
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
        when is_tokens and (model_words like 'gpt 35%' or model_words like 'gpt35%')
            then replace(
                concat('gpt-3.5', regexp_extract(model_words, '^gpt ?35(.*)$', 1)), ' ', '-'
            )
        when is_tokens and model_words like 'gpt%'
            then concat('gpt-', replace(trim(substring(model_words, 4)), ' ', '-'))
        when is_tokens then nullif(replace(model_words, ' ', '-'), '')
    end as model_name,
    case
        when is_tokens and is_write then 'input_cache_write'
        when is_tokens and is_output and is_audio then 'output_audio'
        when is_tokens and is_output and is_image then 'output_image'
        when is_tokens and is_output then 'output'
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
        when not is_tokens then null
        when {{ has_word('words', 'batch|btch') }} then 'batch'
        when {{ has_word('words', 'priority|prty|pp') }} then 'priority'
        when {{ has_word('words', 'flex') }} then 'flex'
        when {{ has_word('words', 'standard|std') }} then 'standard'
    end as service_tier,
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
