-- One row per day in int_token_usage_daily: the fingerprint of its inputs when it was last built.
-- depends_on: {{ ref('int_token_usage_daily') }}
select
    usage_date,
    fingerprint
from {{ ref('int_day_inputs') }}
