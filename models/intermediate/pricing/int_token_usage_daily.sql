-- One row per day × part of the day with one price × everything that decides price or owner.
-- Not additive across usage_kind: a log and the provider's report describe the same tokens.
{%- set buckets = {'input': [], 'output': []} %}
{%- for meter in token_meters() %}
    {%- do buckets[meter.split('_')[0]].append(meter ~ '_tokens') %}
{%- endfor %}
with usage as (
    select * from {{ ref('int_token_usage') }}
),

context_bands as (
    select * from {{ ref('int_context_bands') }}
),

price_segments as (
    select * from {{ ref('int_price_segments') }}
),

price_windows as (
    select * from {{ ref('int_price_windows') }}
),

marginal_thresholds as (
    select * from {{ ref('int_marginal_thresholds') }}
),

sized as (
    select
        usage.*,
        -- a context threshold counts the whole prompt of one request, cached or not
        {% for column in buckets.input %}
            {{- '+ ' if not loop.first }}coalesce({{ column }}, 0)
        {% endfor %} as prompt_tokens,
        {% for column in buckets.output %}
            {{- '+ ' if not loop.first }}coalesce({{ column }}, 0)
        {% endfor %} as output_tokens,
        coalesce({{ (buckets.input + buckets.output) | join(', ') }}) is null
            as is_without_tokens,
        extract(hour from started_at) * 60 + extract(minute from started_at) as minute_of_day
    from usage
),

located as (
    select
        sized.*,
        case
            when sized.context_over_tokens is not null then sized.context_over_tokens
            when sized.is_request_grain then coalesce(context_bands.context_over_tokens, 0)
            else 0
        end as context_band_tokens,
        -- a bucket of several requests hides the size of each
        sized.context_over_tokens is not null or sized.is_request_grain as is_context_known,
        coalesce(
            price_segments.segment_start_at, cast(sized.usage_date as timestamp)
        ) as priced_at,
        coalesce(price_windows.window_start_minute, 0) as price_window_minute,
        -- only here does the size of the single request decide its price
        case
            when
                sized.is_request_grain
                and sized.prompt_tokens > marginal_thresholds.lowest_over_tokens
                then sized.prompt_tokens
        end as marginal_prompt_tokens,
        case
            when sized.is_request_grain then false
            else coalesce(
                sized.ended_at > price_segments.segment_end_at
                -- a bucket of several days may hold a change at any of its midnights
                or sized.ended_at > cast(sized.usage_date as timestamp) + interval 1 day
                or case
                    when cast(sized.ended_at as date) > sized.usage_date then 1440
                    else
                        extract(hour from sized.ended_at) * 60
                        + extract(minute from sized.ended_at)
                end > price_windows.window_end_minute,
                false
            )
        end as spans_price_change
    from sized
    left join context_bands
        on
            sized.provider_id = context_bands.provider_id
            and sized.prompt_tokens > context_bands.over_tokens
            and sized.prompt_tokens <= context_bands.up_to_tokens
    left join price_segments
        on
            sized.provider_id = price_segments.provider_id
            and sized.usage_date = price_segments.usage_date
            and sized.started_at >= price_segments.segment_start_at
            and sized.started_at < price_segments.segment_end_at
    left join price_windows
        on
            sized.provider_id = price_windows.provider_id
            and sized.minute_of_day >= price_windows.window_start_minute
            and sized.minute_of_day < price_windows.window_end_minute
    left join marginal_thresholds
        on sized.provider_id = marginal_thresholds.provider_id
)

select
    usage_date,
    priced_at,
    price_window_minute,
    usage_source,
    usage_kind,
    provider_id,
    account_id,
    project_id,
    credential_id,
    team_id,
    model_name,
    service_tier,
    region_id,
    meter_variant,
    context_band_tokens,
    marginal_prompt_tokens,
    usage_doubt,
    is_context_known,
    spans_price_change,
    request_status,
    customer_id,
    tags,
    cast(sum(requests_count) as bigint) as requests,
    cast(
        sum(case when is_without_tokens then coalesce(requests_count, 1) else 0 end) as bigint
    ) as requests_without_tokens,
    {%- for column in buckets.input + buckets.output + other_usage_meters() %}
        cast(coalesce(sum({{ column }}), 0) as bigint) as {{ column }},
    {%- endfor %}
    cast(sum(reported_cost_usd) as decimal(38, 12)) as reported_cost_usd,
    -- judged here, while the log is read: a test of its own would read all of it again
    cast(
        {{ rows_off_their_totals(
            'prompt_tokens', 'output_tokens', unless="usage_doubt = 'buckets_do_not_add_up'"
        ) }} as bigint
    ) as rows_that_do_not_add_up
from located
group by
    usage_date, priced_at, price_window_minute, usage_source, usage_kind, provider_id, account_id,
    project_id, credential_id, team_id, model_name, service_tier, region_id, meter_variant,
    context_band_tokens, marginal_prompt_tokens, usage_doubt, is_context_known, spans_price_change,
    request_status, customer_id, tags
