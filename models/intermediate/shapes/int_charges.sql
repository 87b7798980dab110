-- One row per billed line, from every bill, in FOCUS 1.4 terms and the bill's own currency.
{{ union_shape('int_charges', var('shapes').charges) }}
