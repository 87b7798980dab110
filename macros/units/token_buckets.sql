{#- How many rows of token usage have a bucket below zero, or buckets that do not add up to the totals that the
    source itself reports. Old and new versions of an export have the same buckets, so this covers them all.
    Rows that meet `unless` are left out, and those served from a gateway's cache: their tokens were
    counted, not bought. -#}
{% macro rows_whose_buckets_do_not_add_up(input, output, unless='false') -%}
sum(
            case
                when {{ unless }} then 0
                when request_status = 'gateway_cache_hit' then 0
                when least(coalesce({{ (input + output) | join(', 0), coalesce(') }}, 0)) < 0 then 1
                when coalesce({{ input | join(', 0) + coalesce(') }}, 0) <> reported_input_tokens then 1
                when coalesce({{ output | join(', 0) + coalesce(') }}, 0) <> reported_output_tokens then 1
                else 0
            end
        )
{%- endmacro %}
