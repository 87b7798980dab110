{#- The rows of an append feed whose keys come more than once: `_delivery_id`, `_row_number`, what `also` names, and
    version_rank, 1 for the row of equal keys that is first by `newest_first` and stays. Few keys come twice: they
    are found by a hash first, and only they are ranked, because ranking a wide log takes five times as long and all its
    columns in memory. Two keys may share a hash: that costs a look at both, and a key that came once is
    then in here as its only version. `relation` is read twice, so that it is a source and no CTE,
    which DuckDB would hold in memory. -#}
{% macro repeated_rows(relation, keys, newest_first, also=[]) -%}
    select
        {%- for column in also %}
        {{ column }},
        {%- endfor %}
        _delivery_id,
        _row_number,
        row_number() over (
            partition by {{ keys | join(', ') }}
            order by
                {%- for expression in newest_first %}
                {{ expression }} desc nulls last{{ ',' if not loop.last }}
                {%- endfor %}
        ) as version_rank
    from (select * from {{ relation }}) as versions
    inner join (
        select {{ unit_economics.hash_number(keys) }} as key_hash
        from {{ relation }}
        group by key_hash
        having count(*) > 1
    ) as repeated_keys
        on {{ unit_economics.hash_number(keys) }} = repeated_keys.key_hash
{%- endmacro %}


{#- One row per key of a large append feed: see repeated_rows. For smaller ones, and for CTEs, latest_per_key. -#}
{% macro latest_rows_of(relation, keys, newest_first) -%}
    select feed_rows.*
    from (select * from {{ relation }}) as feed_rows
    where not exists (
        select 1
        from (
            {{ unit_economics.repeated_rows(relation, keys, newest_first) }}
        ) as versions
        where
            versions.version_rank > 1
            and feed_rows._delivery_id = versions._delivery_id
            and feed_rows._row_number = versions._row_number
    )
{%- endmacro %}
