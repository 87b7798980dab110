-- One pod exported by hour and by day, or with and without its cluster's name, would hold its GPUs
-- twice: export one format and one step per cluster, and give the CSV's cluster when landing.
with windows as (
    select
        cluster,
        namespace,
        pod,
        container,
        window_start,
        max(coalesce(window_end, window_start + interval 1 day)) as window_end
    from {{ source('opencost', 'allocations') }}
    where pod is not null and coalesce(gpuCount, gpuHours, gpuCost, 0) > 0
    group by cluster, namespace, pod, container, window_start
),

following as (
    select
        *,
        lead(window_start) over (
            partition by cluster, namespace, pod, container order by window_start
        ) as next_window_start
    from windows
)

select
    namespace,
    pod,
    container,
    window_start
from following
where next_window_start < window_end
union all
select
    windows.namespace,
    windows.pod,
    windows.container,
    windows.window_start
from windows
inner join windows as nameless
    on
        windows.namespace = nameless.namespace
        and windows.pod = nameless.pod
        and coalesce(windows.container, '') = coalesce(nameless.container, '')
        and windows.window_start < nameless.window_end
        and windows.window_end > nameless.window_start
where windows.cluster is not null and nameless.cluster is null
