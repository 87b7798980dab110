-- One row per flow summary × UTC day: bytes moved, from where to where.
{{ union_shape('int_data_transfers', var('shapes').data_transfers) }}
