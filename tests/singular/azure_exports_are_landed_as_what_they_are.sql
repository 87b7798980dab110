-- Use that a commitment covers costs nothing in an actual export, and purchases of commitments are
-- not in an amortized one: a row here is an export landed into the wrong one of the two tables.
select
    line_id,
    cost_view,
    charge_type,
    cost_in_view
from {{ ref('stg_azure__cost_lines') }}
where
    is_commitment
    and cost_in_view <> 0
    and (
        (cost_view = 'actual' and charge_type not in ('purchase', 'refund'))
        or (cost_view = 'amortized' and charge_type = 'purchase')
    )
