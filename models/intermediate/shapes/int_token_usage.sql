-- One row per request of a log or bucket of a provider's usage report, in disjoint token buckets.
-- Not additive across usage_kind: a log and the provider's report describe the same tokens.
{{ union_shape('int_token_usage', var('shapes').token_usage) }}
