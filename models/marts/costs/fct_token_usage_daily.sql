-- One row per day × model × tier × workload × customer × origin: each token once.
-- Ratios and costs per million are not additive; add their parts and divide again.
{%- set cost_parts = {
    'computed_cost_usd': ('computed_cost_usd', 'true'),
    'input_computed_cost_usd': ('computed_cost_usd', "meters.token_direction = 'input'"),
    'output_computed_cost_usd': ('computed_cost_usd', "meters.token_direction = 'output'"),
    'notional_cost_usd': ('notional_cost_usd', 'true'),
} %}
with usage as (
    select * from {{ ref('int_driver_usage') }}
),

meters as (
    select * from {{ ref('meters') }}
),

totals as (
    select
        usage.usage_date,
        usage.provider_id,
        usage.model_key as model_id,
        usage.service_tier,
        coalesce(usage.workload_id, 'unallocated') as workload_id,
        usage.customer_id,
        usage.usage_origin,
        cast(sum(case usage.meter when 'requests' then usage.quantity else 0 end) as bigint)
            as requests,
        {%- for meter in token_meters() if meter != 'input_cache_read' %}
            cast(sum(case usage.meter when '{{ meter }}' then usage.quantity else 0 end) as bigint)
                as {{ meter }}_tokens,
        {%- endfor %}
        -- of any modality; audio and image beside it are parts of it
        cast(
            sum(
                case
                    when meters.token_direction = 'input' and meters.cache_action = 'read'
                        then usage.quantity
                    else 0
                end
            ) as bigint
        ) as input_cache_read_tokens,
        {%- for meter in other_usage_meters() %}
            cast(sum(case usage.meter when '{{ meter }}' then usage.quantity else 0 end) as bigint)
                as {{ meter }},
        {%- endfor %}
        cast(
            sum(case when meters.token_direction = 'input' then usage.quantity else 0 end) as bigint
        ) as input_tokens,
        cast(
            sum(
                case when meters.token_direction = 'output' then usage.quantity else 0 end
            ) as bigint
        ) as output_tokens,
        -- the priced part; unknown, not free, where nothing but plain requests has a price
        {%- for name, (column, condition) in cost_parts.items() %}
            case
                when
                    count(case when {{ condition }} then usage.{{ column }} end)
                    = count(case when {{ condition }} then 1 end)
                    or count(
                        case
                            when
                                {{ condition }}
                                and (
                                    not meters.is_free_unless_priced
                                    or usage.{{ column }} <> 0
                                )
                                then usage.{{ column }}
                        end
                    ) > 0
                    then cast(
                        coalesce(sum(case when {{ condition }} then usage.{{ column }} end), 0)
                        as decimal(38, 12)
                    )
            end as {{ name }},
        {%- endfor %}
        cast(
            sum(
                case
                    when meters.token_direction is not null and usage.computed_cost_usd is null
                        then usage.quantity
                    else 0
                end
            ) as bigint
        ) as unpriced_tokens,
        max(case when usage.computed_cost_usd is null then 1 else 0 end) = 1 as has_unpriced_usage,
        min(case when usage.is_exact then 1 else 0 end) = 1 as is_exact
    from usage
    inner join meters
        on usage.meter = meters.meter
    group by
        usage.usage_date, usage.provider_id, usage.model_key, usage.service_tier,
        usage.workload_id, usage.customer_id, usage.usage_origin
),

computed as (
    select
        {{ hash_key([
            'usage_date', 'provider_id', 'model_id', 'service_tier', 'workload_id', 'customer_id',
            'usage_origin',
        ]) }} as token_usage_id,
        *,
        cast(input_cache_read_tokens as double) / nullif(cast(input_tokens as double), 0)
            as cache_hit_rate,
        cast(output_tokens as double) / nullif(cast(input_tokens as double), 0)
            as output_tokens_per_input_token,
        cast(computed_cost_usd as double) * 1000000
        / nullif(cast(input_tokens + output_tokens - unpriced_tokens as double), 0)
            as computed_cost_usd_per_million_tokens
    from totals
)

{{ published('fct_token_usage_daily', 'computed', 'usage_date') }}
{{ in_order_of('usage_date') }}
