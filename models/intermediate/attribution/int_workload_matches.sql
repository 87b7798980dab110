-- One row per distinct combination of what bills and logs say about an owner, with its workload.
-- Combinations are matched once, by the first rule that fits; charges and usage equi-join by id.
{%- set attributes = [
    'provider_id', 'account_id', 'project_id', 'credential_id', 'team_id', 'tags', 'resource_id',
    'model_key',
] %}
{%- set one_priority -%}
    combinations.{{ attributes | join(', combinations.') }}, rules.priority
{%- endset %}
with charges as (
    select * from {{ ref('int_charges') }}
),

usage as (
    select * from {{ ref('int_token_usage_named') }}
),

gpu_usage as (
    select * from {{ ref('int_gpu_usage') }}
),

storage_usage as (
    select * from {{ ref('int_storage_usage') }}
),

data_transfers as (
    select * from {{ ref('int_data_transfers') }}
),

model_names as (
    select * from {{ ref('int_model_names') }}
),

rules as (
    select * from {{ ref('workload_rules') }}
),

combinations as (
    select distinct
        charges.provider_id,
        charges.billing_account_id as account_id,
        charges.sub_account_id as project_id,
        charges.credential_id,
        cast(null as string) as team_id,
        charges.tags,
        charges.resource_id,
        model_names.model_key
    from charges
    left join model_names
        on
            charges.provider_id = model_names.provider_id
            and charges.model_name = model_names.model_name
            and charges.charge_period_start >= model_names.valid_from
            and charges.charge_period_start < model_names.valid_to
    union distinct
    select distinct
        usage.provider_id,
        usage.account_id,
        usage.project_id,
        usage.credential_id,
        usage.team_id,
        usage.tags,
        cast(null as string) as resource_id,
        usage.model_key
    from usage
    union distinct
    select distinct
        provider_id,
        account_id,
        project_id,
        credential_id,
        cast(null as string) as team_id,
        tags,
        resource_id,
        cast(null as string) as model_key
    from gpu_usage
    union distinct
    select distinct
        provider_id,
        account_id,
        cast(null as string) as project_id,
        cast(null as string) as credential_id,
        cast(null as string) as team_id,
        tags,
        coalesce(resource_id, dataset_id) as resource_id,
        cast(null as string) as model_key
    from storage_usage
    union distinct
    select distinct
        provider_id,
        account_id,
        cast(null as string) as project_id,
        cast(null as string) as credential_id,
        cast(null as string) as team_id,
        tags,
        resource_id,
        cast(null as string) as model_key
    from data_transfers
),

matched as (
    select
        combinations.*,
        rules.rule_id,
        rules.workload_id,
        min(rules.workload_id) over (partition by {{ one_priority }})
        <> max(rules.workload_id) over (partition by {{ one_priority }}) as has_rule_conflict
    from combinations
    left join rules
        on
            (rules.provider_id is null or rules.provider_id = combinations.provider_id)
            and (rules.account_id is null or rules.account_id = combinations.account_id)
            and (rules.project_id is null or rules.project_id = combinations.project_id)
            and (rules.credential_id is null or rules.credential_id = combinations.credential_id)
            and (rules.team_id is null or rules.team_id = combinations.team_id)
            and (rules.model_id is null or lower(rules.model_id) = combinations.model_key)
            and (
                rules.resource_prefix is null
                or position(rules.resource_prefix in combinations.resource_id) = 1
            )
            and (
                rules.tag_key is null
                or {{ has_tag('combinations.tags', 'rules.tag_key', 'rules.tag_value') }}
            )
    qualify row_number() over (
        partition by combinations.{{ attributes | join(', combinations.') }}  -- noqa: LT05
        order by rules.priority, rules.rule_id
    ) = 1
)

select
    {{ hash_key(attributes) }} as attributes_id,
    {{ attributes | join(',\n    ') }},
    rule_id,
    workload_id,
    coalesce(has_rule_conflict, false) as has_rule_conflict
from matched
