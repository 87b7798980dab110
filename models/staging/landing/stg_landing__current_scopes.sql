-- One row per feed × delivery × account × project × day that no later delivery covers again.
with scopes as (
    select
        scopes.source_name,
        scopes.table_name,
        scopes.delivery_id,
        scopes.billed_provider_id,
        scopes.scope_account,
        scopes.scope_project,
        scopes.scope_date,
        deliveries.delivery_rank
    from {{ source('landing', 'scopes') }} as scopes
    inner join {{ source('landing', 'deliveries') }} as deliveries
        on scopes.delivery_id = deliveries.delivery_id
),

latest as (
    select
        scopes.*,
        max(delivery_rank) over (
            partition by source_name, table_name, scope_account, scope_date, scope_project
        ) as latest_for_project,
        -- '*' speaks for every project of the account on that day
        max(case when scope_project = '*' then delivery_rank else 0 end) over (
            partition by source_name, table_name, scope_account, scope_date
        ) as latest_for_account
    from scopes
)

select
    source_name,
    table_name,
    delivery_id,
    billed_provider_id,
    scope_account,
    scope_project,
    scope_date
from latest
where
    delivery_rank = latest_for_project
    and delivery_rank >= latest_for_account
