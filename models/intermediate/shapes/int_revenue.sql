-- One row per amount earned over a period by one customer, in its own currency.
{{ union_shape('int_revenue', var('shapes').revenue) }}
