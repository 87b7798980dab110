{#- How many rows of token usage do not add up to the totals that the source itself reports, or meet `or_where`.
    Rows that meet `unless` are left out, and those served from a gateway's cache: their tokens were
    counted, not bought. -#}
{% macro rows_off_their_totals(input_total, output_total, unless='false', or_where='false') -%}
sum(
            case
                when {{ unless }} then 0
                when request_status = 'gateway_cache_hit' then 0
                when {{ or_where }} then 1
                when {{ input_total }} <> reported_input_tokens then 1
                when {{ output_total }} <> reported_output_tokens then 1
                else 0
            end
        )
{%- endmacro %}


{#- How many rows of token usage have a bucket below zero, or buckets that do not add up to the reported totals.
    Old and new versions of an export have the same buckets, so this covers them all. -#}
{% macro rows_whose_buckets_do_not_add_up(input, output, unless='false') -%}
{{ unit_economics.rows_off_their_totals(
    'coalesce(' ~ input | join(', 0) + coalesce(') ~ ', 0)',
    'coalesce(' ~ output | join(', 0) + coalesce(') ~ ', 0)',
    unless,
    'least(coalesce(' ~ (input + output) | join(', 0), coalesce(') ~ ', 0)) < 0'
) }}
{%- endmacro %}
