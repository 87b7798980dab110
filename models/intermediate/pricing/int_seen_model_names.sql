-- One row per provider × model name as logs and bills spell it.
select distinct
    provider_id,
    model_name
from {{ ref('int_token_usage_daily') }}
where model_name is not null
union distinct
select distinct
    provider_id,
    model_name
from {{ ref('int_charges') }}
where model_name is not null
