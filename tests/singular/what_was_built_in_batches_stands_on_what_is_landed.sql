-- The guard of builds in batches: it fails with the command to run when a day or month was built
-- from other deliveries, prices or SQL than there are now. A full build leaves nothing stale.
{{ refuse_stale_batches(ref('int_stale_batches')) }}
select * from {{ ref('int_stale_batches') }}
