{#- Columns of shape token_usage out of lines of a bill: what `quantity` sums to per usage meter, whole.
    NULL where the lines of a group do not tell what they count (`is_counted`); 0 where a meter was not
    billed. Rounded before the cast, because DuckDB rounds to a whole number and Spark cuts. -#}
{% macro billed_tokens(meters, quantity, meter='usage_meter') -%}
{%- for name in meters %}
        case
            when is_counted
                then cast(
                    round(
                        coalesce(
                            sum(case when {{ meter }} = '{{ name }}' then {{ quantity }} end), 0
                        ), 0
                    ) as bigint
                )
        end as {{ name ~ '_tokens' if name in unit_economics.token_meters() else name }}
        {{- ',' if not loop.last }}
{%- endfor %}
{%- endmacro %}
