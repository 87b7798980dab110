-- One row per day × account × model × tier × moment × meter of a provider's report: what no log
-- covers. Text and reasoning output are compared as one. Account is NULL where logs cannot tell it.
{%- set gap_key = [
    'usage_date', 'priced_at', 'price_window_minute', 'provider_id', 'account_id', 'model_id',
    'model_key', 'service_tier', 'meter',
] %}
{%- set day_scope = 'usage_date, provider_id, account_id, model_key, compared_as, is_flat_rate' %}
{%- set day_key = ['usage_date', 'provider_id', 'model_key', 'meter'] %}
with usage as (
    select * from {{ ref('int_token_usage_priced') }}
),

meters as (
    select * from {{ ref('meters') }}
),

compared as (
    select
        usage_date,
        priced_at,
        price_window_minute,
        provider_id,
        -- landing's name for an account that nobody named
        nullif(account_id, '(default)') as account_id,
        model_id,
        model_key,
        service_tier,
        case meter when 'output_reasoning' then 'output_text' else meter end as meter,
        case when usage_kind = 'gateway_log' then quantity else 0 end as log_quantity,
        case when usage_kind = 'provider_report' then quantity else 0 end as provider_quantity,
        case
            when usage_kind = 'provider_report' and workload_id is not null then quantity else 0
        end as assigned_quantity,
        case
            when usage_kind = 'provider_report' and workload_id is null then quantity
        end as unassigned_quantity,
        case when usage_kind = 'provider_report' then price_per_unit_usd end as price_per_unit_usd,
        is_flat_rate,
        usage_kind = 'provider_report' as is_report,
        is_exact
    from usage
),

reported_accounts as (
    select distinct
        {{ day_key | join(',\n        ') }},
        account_id
    from compared
    where
        is_report
        and account_id is not null
),

account_names as (
    select
        {% for column in day_key %}
            compared.{{ column }},
        {% endfor %}
        count(distinct reported_accounts.account_id) as reported_accounts,
        max(reported_accounts.account_id) as last_account_id,
        min(case when compared.is_report and compared.account_id is null then 0 else 1 end) = 1
            as reports_name_it,
        min(case when reported_accounts.account_id is null then 0 else 1 end) = 1 as all_name_it
    from compared
    left join reported_accounts
        on
            compared.usage_date = reported_accounts.usage_date
            and compared.provider_id = reported_accounts.provider_id
            and compared.model_key = reported_accounts.model_key
            and compared.meter = reported_accounts.meter
            and compared.account_id = reported_accounts.account_id
    group by
        compared.usage_date, compared.provider_id, compared.model_key, compared.meter
),

-- Each account is compared with its own logs where all logs name an account of the reports. Most
-- logs name none: then only the use of a single account is known to be that account's.
scoped as (
    select
        {% for column in gap_key if column != 'account_id' %}
            compared.{{ column }},
        {% endfor %}
        case
            when account_names.all_name_it then compared.account_id
            when account_names.reports_name_it and account_names.reported_accounts = 1
                then account_names.last_account_id
        end as account_id,
        compared.log_quantity,
        compared.provider_quantity,
        compared.assigned_quantity,
        compared.unassigned_quantity,
        compared.price_per_unit_usd,
        compared.is_flat_rate,
        compared.is_report,
        compared.is_exact
    from compared
    left join account_names
        on
            compared.usage_date = account_names.usage_date
            and compared.provider_id = account_names.provider_id
            and compared.model_key = account_names.model_key
            and compared.meter = account_names.meter
),

-- the largest row that no workload owns first; of equal ones the dearest
ranked as (
    select
        scoped.*,
        row_number() over (
            partition by {{ gap_key | join(', ') }}
            order by
                coalesce(unassigned_quantity, -1) desc,
                is_report desc,
                price_per_unit_usd desc nulls last
        ) as size_rank
    from scoped
),

totals as (
    select
        {{ gap_key | join(',\n        ') }},
        cast(sum(log_quantity) as bigint) as log_quantity,
        cast(sum(provider_quantity) as bigint) as provider_quantity,
        cast(sum(assigned_quantity) as bigint) as assigned_quantity,
        max(case when size_rank = 1 then price_per_unit_usd end) as price_per_unit_usd,
        max(case when is_flat_rate then 1 else 0 end) = 1 as is_flat_rate,
        coalesce(min(price_per_unit_usd) = max(price_per_unit_usd), false)
        and count(price_per_unit_usd) = sum(case when is_report then 1 else 0 end)
        and min(case when is_exact then 1 else 0 end) = 1 as is_exact
    from ranked
    group by {{ gap_key | join(', ') }}
),

grouped as (
    select
        totals.*,
        coalesce(meters.token_direction, totals.meter) as compared_as
    from totals
    left join meters
        on totals.meter = meters.meter
),

-- Reports and logs may split use differently (no tier, days instead of hours, cache or audio inside
-- the input): how much is uncovered is decided for the whole day and all input or output, and lies
-- where the report is above the log. What capacity pays for is compared apart: clouds' bills do
-- not count its tokens.
measured as (
    select
        grouped.*,
        greatest(provider_quantity - log_quantity, 0) as key_gap,
        sum(greatest(provider_quantity - log_quantity, 0)) over (
            partition by {{ day_scope }}
        ) as key_gaps,
        sum(greatest(provider_quantity - log_quantity, 0)) over (
            partition by {{ day_scope }}
            order by priced_at, price_window_minute, service_tier, meter
            rows between unbounded preceding and current row
        ) as key_gaps_so_far,
        greatest(
            sum(provider_quantity - log_quantity) over (
                partition by {{ day_scope }}
            ),
            0
        ) as day_gap
    from grouped
),

-- uncovered up to and with the key less uncovered before it, so that rounding loses no token
uncovered as (
    select
        measured.*,
        case
            when key_gap > 0
                then cast(
                    {{ whole_share('day_gap', 'key_gaps_so_far', 'key_gaps') }}
                    - {{ whole_share('day_gap', 'key_gaps_so_far - key_gap', 'key_gaps') }}
                    as bigint
                )
            else cast(0 as bigint)
        end as uncovered_quantity
    from measured
),

-- uncovered use belongs first to the workloads that the report itself names
split as (
    select
        uncovered.*,
        least(assigned_quantity, uncovered_quantity) as uncovered_assigned_quantity,
        uncovered_quantity
        - least(assigned_quantity, uncovered_quantity) as outside_quantity
    from uncovered
)

select
    usage_date,
    priced_at,
    price_window_minute,
    provider_id,
    account_id,
    model_id,
    model_key,
    service_tier,
    meter,
    log_quantity,
    provider_quantity,
    assigned_quantity,
    uncovered_assigned_quantity,
    outside_quantity,
    price_per_unit_usd,
    is_flat_rate,
    {{ paid_per_token(priced('outside_quantity', 'price_per_unit_usd')) }} as computed_cost_usd,
    {{ priced('outside_quantity', 'price_per_unit_usd') }} as notional_cost_usd,
    is_exact
from split
where provider_quantity > 0
