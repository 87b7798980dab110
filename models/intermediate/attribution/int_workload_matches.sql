-- One row per distinct combination of what bills and logs say about an owner, with the workload that
-- the first matching rule names. Combinations are matched once; charges and usage equi-join by id.
{%- set attributes = [
    'provider_id', 'account_id', 'project_id', 'credential_id', 'team_id', 'tags', 'resource_id',
    'model_key',
] %}
with charges as (
    select * from {{ ref('int_charges') }}
),

usage as (
    select * from {{ ref('int_token_usage_daily') }}
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
    union distinct
    select distinct
        usage.provider_id,
        usage.account_id,
        usage.project_id,
        usage.credential_id,
        usage.team_id,
        usage.tags,
        cast(null as string) as resource_id,
        model_names.model_key
    from usage
    left join model_names
        on
            usage.provider_id = model_names.provider_id
            and usage.model_name = model_names.model_name
),

matched as (
    select
        combinations.*,
        rules.rule_id,
        rules.workload_id
    from combinations
    left join rules
        on
            coalesce(rules.provider_id = combinations.provider_id, rules.provider_id is null)
            and coalesce(rules.account_id = combinations.account_id, rules.account_id is null)
            and coalesce(rules.project_id = combinations.project_id, rules.project_id is null)
            and coalesce(
                rules.credential_id = combinations.credential_id, rules.credential_id is null
            )
            and coalesce(rules.team_id = combinations.team_id, rules.team_id is null)
            and coalesce(lower(rules.model_id) = combinations.model_key, rules.model_id is null)
            and coalesce(
                position(rules.resource_prefix in combinations.resource_id) = 1,
                rules.resource_prefix is null
            )
            and coalesce(
                {{ has_tag('combinations.tags', 'rules.tag_key', 'rules.tag_value') }},
                rules.tag_key is null
            )
    qualify row_number() over (
        partition by {% for column in attributes %}combinations.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
        order by rules.priority, rules.rule_id
    ) = 1
)

select
    {{ hash_key(attributes) }} as attributes_id,
    {{ attributes | join(',\n    ') }},
    rule_id,
    workload_id
from matched
