{#- Amounts of money shared out by weight, to the last digit. `relation` has one row per `pool` × target;
    each split names the pool's amount, the weight column and the result column. Shares are whole
    pico-dollars cut towards zero; what cutting leaves over goes to the largest weight, the first by
    `tie_breakers` among equals. Pools whose weights of the first split add up to nothing give no rows.
    Weights are whole numbers. -#}
{% macro split_exactly(relation, pool, splits, tie_breakers) -%}
{%- set partition = pool | join(', ') -%}
select
    cut_rows.*,
    cast({{ splits[0].weight }} as double) / cast(weight_total_1 as double) as allocated_share
    {%- for split in splits %},
    {{ from_picos(
        'cut_picos_' ~ loop.index ~ ' + case when weight_rank_' ~ loop.index ~ ' = 1 then '
        ~ to_picos(split.amount) ~ ' - sum(cut_picos_' ~ loop.index ~ ') over (partition by '
        ~ partition ~ ') else 0 end'
    ) }} as {{ split.result }}
    {%- endfor %}
from (
    select
        weighed_rows.*
        {%- for split in splits %},
        {{ whole_share(to_picos(split.amount), split.weight, 'weight_total_' ~ loop.index) }}
            as cut_picos_{{ loop.index }}
        {%- endfor %}
    from (
        select
            {{ relation }}.*
            {%- for split in splits %},
            cast(sum({{ split.weight }}) over (partition by {{ partition }}) as decimal(38, 0))
                as weight_total_{{ loop.index }},
            row_number() over (
                partition by {{ partition }} order by {{ split.weight }} desc, {{ tie_breakers | join(' nulls last, ') }} nulls last
            ) as weight_rank_{{ loop.index }}
            {%- endfor %}
        from {{ relation }}
    ) as weighed_rows
    where weight_total_1 > 0
) as cut_rows
{%- endmacro %}
