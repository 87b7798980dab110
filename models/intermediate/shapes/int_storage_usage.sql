-- One row per dataset or bucket × UTC day: what was stored, in byte-hours.
{{ union_shape('int_storage_usage', var('shapes').storage_usage) }}
