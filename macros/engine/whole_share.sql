{#- total × weight ÷ weight_total as a whole number, cut towards zero; all three are whole numbers.
    No double on the way: doubles hold 15 digits, a pool in pico-dollars has more.
    Checked: -7 gives -3 for weight 1 of 2 on both engines; a product beyond 38 digits is an error. -#}
{% macro whole_share(total, weight, weight_total) -%}
    {{ return(adapter.dispatch('whole_share', 'unit_economics')(total, weight, weight_total)) }}
{%- endmacro %}

{% macro default__whole_share(total, weight, weight_total) -%}
cast(
    (cast({{ total }} as hugeint) * cast({{ weight }} as hugeint)) // cast({{ weight_total }} as hugeint)
    as decimal(38, 0)
)
{%- endmacro %}

{% macro spark__whole_share(total, weight, weight_total) -%}
cast(
    (cast({{ total }} as decimal(38, 0)) * cast({{ weight }} as decimal(38, 0)))
    div cast({{ weight_total }} as decimal(38, 0))
    as decimal(38, 0)
)
{%- endmacro %}
