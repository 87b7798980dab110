-- One row per day × group of OpenAI's costs report: what was billed, by line item if grouped by it.
-- `line_item` is free text: read tolerantly, kept verbatim, and 'other' where it is not understood.
with source as (
    select * from {{ source('openai', 'costs') }}
),

current_rows as (
    {{ current_rows('source', 'openai', 'costs') }}
),

billed as (
    -- a day without cost is a row without an amount in the platform's CSV export: not a charge
    select * from current_rows
    where amount_value is not null
),

-- [<tier> | ]<model>[ text|audio|image|video], <kind>[, long context]
without_affixes as (
    select
        *,
        nullif(regexp_extract(lower(line_item), '^(batch|flex|priority|scale) [|] ', 1), '')
            as tier,
        regexp_replace(
            regexp_replace(line_item, '^([Bb]atch|[Ff]lex|[Pp]riority|[Ss]cale) [|] ', ''),
            ', long context$', ''
        ) as line_body
    from billed
),

split as (
    select
        *,
        nullif(regexp_extract(line_body, '^(.*), ([^,]*)$', 1), '') as model_part,
        coalesce(nullif(regexp_extract(line_body, '^(.*), ([^,]*)$', 2), ''), line_body) as kind,
        -- a line that is only a model name is everything of that model
        regexp_extract(
            lower(line_body),
            '^(ft[:-])?(gpt|chatgpt|codex|o[0-9]|text-|omni-|davinci|dall-e|sora|tts|whisper)',
            0
        ) <> '' and position(', ' in line_body) = 0 as is_model_alone
    from without_affixes
),

measured as (
    select
        *,
        -- one wording: 'input_cached_tokens', 'cached input tokens' and 'cached input' alike
        concat(
            ' ',
            coalesce(regexp_extract(lower(model_part), ' (text|audio|image|video)$', 1), ''),
            ' ',
            coalesce(replace(lower(kind), '_', ' '), ''),
            ' '
        ) as meter_text,
        case
            when quantity_unit in ('tokens', '1000_tokens') then 'Tokens'
            when quantity_unit like 'duration%' then 'Seconds'
            when quantity_unit = 'gibibyte_hours' then 'GiB-Hours'
            when quantity_unit = 'images' then 'Images'
            when quantity_unit = 'characters' then 'Characters'
            else quantity_unit
        end as unit,
        cast(
            cast(quantity as decimal(26, 8)) * case quantity_unit
                when '1000_tokens' then 1000
                when 'duration_minutes' then 60
                when 'duration_hours' then 3600
                else 1
            end as decimal(26, 8)
        ) as quantity_in_unit,
        amount_value < 0 as is_credit
    from split
),

renamed as (
    select
        concat(_delivery_id, '-', cast(_row_number as string)) as charge_id,
        'openai.costs' as charge_source,
        _delivery_id as delivery_id,

        ---------- who
        'openai' as provider_id,
        coalesce(organization_id, '(default)') as billing_account_id,
        organization_name as billing_account_name,
        'Organization' as billing_account_type,
        project_id as sub_account_id,
        case when project_id is not null then 'Project' end as sub_account_type,
        api_key_id as credential_id,
        'OpenAI' as invoice_issuer_name,
        'OpenAI' as service_provider_name,
        'OpenAI' as host_provider_name,

        ---------- when
        date_trunc('month', start_time) as billing_period_start,
        date_trunc('month', start_time) + interval 1 month as billing_period_end,
        start_time as charge_period_start,
        end_time as charge_period_end,

        ---------- what
        case when is_credit then 'Credit' else 'Usage' end as charge_category,
        case when is_credit then 'One-Time' else 'Usage-Based' end as charge_frequency,
        line_item as charge_description,
        'AI and Machine Learning' as service_category,
        'Generative AI' as service_subcategory,
        'OpenAI API' as service_name,
        line_item as sku_id,
        kind as sku_meter,
        case
            when is_model_alone then line_body
            else regexp_replace(model_part, ' ([Tt]ext|[Aa]udio|[Ii]mage|[Vv]ideo)$', '')
        end as model_name,
        case
            when line_item is null then null
            when is_model_alone then 'tokens'
            when meter_text like '%web search%' then 'web_search_calls'
            when
                meter_text like '%storage%' or meter_text like '%training%'
                or meter_text like '%file search%' or meter_text like '%fine-tuning%'
                then 'other'
            when meter_text like '%code interpreter%' then 'sessions'
            when meter_text like '%cache%write%' and meter_text like '%12h%'
                then 'input_cache_write_12h'
            when meter_text like '%cache%write%' and meter_text like '%30m%'
                then 'input_cache_write_30m'
            when meter_text like '%cache%write%' then 'input_cache_write'
            when meter_text like '%cached%' then 'input_cache_read'
            when meter_text like '%input%' and meter_text like '%audio%' then 'input_audio'
            when meter_text like '%input%' and meter_text like '%image%' then 'input_image'
            when meter_text like '%input%' and meter_text like '%video%' then 'input_video'
            when meter_text like '%input%' then 'input_uncached'
            when meter_text like '%output%' and meter_text like '%audio%' then 'output_audio'
            when meter_text like '%output%' and meter_text like '%image%' then 'output_image'
            when meter_text like '%output%' then 'output'
            when meter_text like '% images %' or quantity_unit = 'images' then 'images'
            when meter_text like '% characters %' or quantity_unit = 'characters' then 'characters'
            when meter_text like '% audio %' or quantity_unit like 'duration%' then 'audio_seconds'
            when meter_text like '% requests %' then 'requests'
            when meter_text like '% tokens %' then 'tokens'
            else 'other'
        end as bill_meter,
        coalesce(tier, case when lower(line_item) like '%batch%' then 'batch' end) as service_tier,

        ---------- how much
        case when not is_credit then 'Standard' end as pricing_category,
        cast(
            case
                when is_credit then null
                when unit = 'Tokens' then quantity_in_unit * cast(0.000001 as decimal(7, 6))
                else quantity_in_unit
            end as decimal(38, 12)
        ) as pricing_quantity,
        case
            when is_credit then null
            when unit = 'Tokens' then '1000000 Tokens'
            else unit
        end as pricing_unit,
        cast(case when not is_credit then quantity_in_unit end as decimal(38, 12))
            as consumed_quantity,
        case when not is_credit then unit end as consumed_unit,
        upper(amount_currency) as billing_currency,
        cast(amount_value as decimal(38, 12)) as billed_cost,
        cast(amount_value as decimal(38, 12)) as effective_cost
    from measured
)

select * from renamed
