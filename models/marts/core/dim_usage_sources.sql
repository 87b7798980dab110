-- One row per source of token usage × dialect or version of it: what its own totals include.
with declared as (
    {{ usage_source_semantics() }}
)

select
    {{ hash_key(['usage_source', 'applies_to']) }} as usage_source_semantics_id,
    usage_source,
    applies_to,
    input_includes_cache,
    output_includes_reasoning
from declared
