-- No billed line is lost or doubled between the shape and the public table.
with shape as (
    select
        charge_source,
        count(*) as charge_lines,
        sum(billed_cost) as billed_cost
    from {{ ref('int_charges') }}
    group by charge_source
),

public_table as (
    select
        charge_source,
        count(*) as charge_lines,
        sum(billed_cost) as billed_cost
    from {{ ref('fct_charges') }}
    group by charge_source
)

select
    shape.charge_source,
    shape.charge_lines,
    public_table.charge_lines as public_charge_lines
from shape
full outer join public_table
    on shape.charge_source = public_table.charge_source
where
    coalesce(shape.charge_lines, 0) <> coalesce(public_table.charge_lines, 0)
    or coalesce(shape.billed_cost, 0) <> coalesce(public_table.billed_cost, 0)
