-- One row per row of a provider's report that names a workload: what no log covers of it.
-- Rounding loses no token: the rows add up to the uncovered assigned quantity of their gap.
{#- Any order will do that is the same on every engine. #}
{%- set order_of_rows = [
    'workload_id', 'account_id', 'project_id', 'credential_id', 'customer_id', 'region_id',
    'context_band_tokens', 'meter', 'request_status', 'usage_source',
] %}
with usage as (
    select
        *,
        -- reports do not split reasoning from text: the two are compared as one
        case meter when 'output_reasoning' then 'output_text' else meter end as compared_meter
    from {{ ref('int_token_usage_priced') }}
    where
        usage_kind = 'provider_report'
        and workload_id is not null
),

gateway_gaps as (
    select * from {{ ref('int_gateway_gaps') }}
),

numbered as (
    select
        usage.*,
        gateway_gaps.assigned_quantity,
        gateway_gaps.uncovered_assigned_quantity,
        cast(
            sum(usage.quantity) over (
                partition by
                    usage.usage_date, usage.priced_at, usage.price_window_minute,
                    usage.provider_id, gateway_gaps.account_id, usage.model_key,
                    usage.service_tier, usage.compared_meter
                order by
                    {% for column in order_of_rows %}
                        usage.{{ column }} nulls last,
                    {% endfor %}
                    usage.quantity
                rows between unbounded preceding and current row
            ) as bigint
        ) as quantity_so_far
    from usage
    inner join gateway_gaps
        on
            usage.usage_date = gateway_gaps.usage_date
            and usage.priced_at = gateway_gaps.priced_at
            and usage.price_window_minute = gateway_gaps.price_window_minute
            and usage.provider_id = gateway_gaps.provider_id
            and usage.model_key = gateway_gaps.model_key
            and usage.service_tier = gateway_gaps.service_tier
            and usage.compared_meter = gateway_gaps.meter
            -- a gap that names no account is that of all accounts together
            and (gateway_gaps.account_id is null or gateway_gaps.account_id = usage.account_id)
),

-- uncovered up to and with the row less uncovered before it
cut as (
    select
        numbered.*,
        cast(
            {{ whole_share('uncovered_assigned_quantity', 'quantity_so_far', 'assigned_quantity') }}
            - {{ whole_share(
                'uncovered_assigned_quantity', 'quantity_so_far - quantity', 'assigned_quantity',
            ) }} as bigint
        ) as uncovered_quantity
    from numbered
)

select
    usage_date,
    provider_id,
    account_id,
    project_id,
    model_id,
    model_key,
    service_tier,
    meter,
    compared_meter,
    workload_id,
    customer_id,
    quantity,
    uncovered_quantity,
    {{ paid_per_token(priced('uncovered_quantity', 'price_per_unit_usd')) }}
        as uncovered_computed_cost_usd,
    {{ priced('uncovered_quantity', 'price_per_unit_usd') }} as uncovered_notional_cost_usd,
    is_exact
from cut
