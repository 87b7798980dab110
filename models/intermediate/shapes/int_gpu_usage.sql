-- One row per job, pod × export window or reservation that held GPUs, and per row of idle capacity.
-- Not additive across is_idle where only held GPUs are meant: idle rows are what nobody held.
{{ union_shape('int_gpu_usage', var('shapes').gpu_usage) }}
