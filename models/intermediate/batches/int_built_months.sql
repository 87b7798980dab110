-- One row per month in the ledger: the fingerprint of its inputs when it was last built.
-- depends_on: {{ ref('fct_allocated_costs') }}
-- depends_on: {{ ref('fct_token_usage_daily') }}
select
    month_start_date,
    fingerprint
from {{ ref('int_month_inputs') }}
