-- One row per useful thing that happened, or failed to.
{{ union_shape('int_business_events', var('shapes').business_events) }}
