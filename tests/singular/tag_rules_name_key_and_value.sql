-- A rule with a tag key and no value, or the reverse, never matches.
select rule_id
from {{ ref('workload_rules') }}
where (tag_key is null) <> (tag_value is null)
