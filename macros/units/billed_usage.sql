{#- Lines of a bill as rows of shape token_usage: per `group_key` a column for each of `meters`, the whole
    sum of `quantity` where `usage_meter` is that meter. NULL where the lines of a group do not tell what
    they count (`is_counted`); 0 where a meter was not billed. Rounded before the cast, because DuckDB
    rounds to a whole number and Spark cuts. -#}
{% macro billed_usage(relation, group_key, meters) -%}
select
        {{ group_key | join(',\n        ') }},
        max(case when is_life_assumed then 1 else 0 end) = 1 as is_life_assumed,
        {%- for meter in meters %}
        case
            when is_counted
                then cast(
                    round(
                        coalesce(sum(case when usage_meter = '{{ meter }}' then quantity end), 0), 0
                    ) as bigint
                )
        end as {{ meter ~ '_tokens' if meter in unit_economics.token_meters() else meter }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ relation }}
    group by {{ group_key | join(', ') }}
{%- endmacro %}
