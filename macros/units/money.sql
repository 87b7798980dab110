{#- Money in another currency as USD: exact product, rounded once to 12 decimals. Factors are cast so
    that the product has at most 38 digits on both engines (DuckDB errors beyond, Spark would cut the
    scale): amounts below 10^11 and rates below 100 USD per unit; larger ones fail loudly. -#}
{% macro to_usd(amount, usd_per_unit) -%}
cast(
    cast({{ amount }} as decimal(23, 12)) * cast({{ usd_per_unit }} as decimal(14, 12))
    as decimal(38, 12)
)
{%- endmacro %}


{#- Quantity × unit price, exact, rounded once to 12 decimals: quantities below 10^17. -#}
{% macro priced(quantity, price_per_unit) -%}
cast(
    cast({{ quantity }} as decimal(17, 0)) * cast({{ price_per_unit }} as decimal(20, 15))
    as decimal(38, 12)
)
{%- endmacro %}


{#- Money as a whole number of pico-units (10^-12), the unit in which pools are split. -#}
{% macro to_picos(amount) -%}
cast({{ amount }} * 1000000000000 as decimal(38, 0))
{%- endmacro %}


{#- A quantity as a whole number of millionths, so that it can be a weight: GPU-seconds have fractions. -#}
{% macro to_micros(quantity) -%}
cast({{ quantity }} * 1000000 as decimal(38, 0))
{%- endmacro %}


{#- Pico-units back to money with 12 decimals: exact up to 10^12 units of money. One digit more and the
    product has 39 digits, of which Spark cuts the last decimal. -#}
{% macro from_picos(picos) -%}
cast(cast({{ picos }} as decimal(24, 0)) * cast(0.000000000001 as decimal(12, 12)) as decimal(38, 12))
{%- endmacro %}


{#- Sum of up to five amounts of money, less others; exact. Spark gives decimal(38, 12) + decimal(38, 12)
    only 11 decimals (seen: a margin off by 5 pico-dollars), so each is cast narrower first: below 10^22. -#}
{% macro exact_sum(plus, minus=[]) -%}
cast(
    {% for term in plus %}{{ '+ ' if not loop.first }}cast({{ term }} as decimal(34, 12)) {% endfor -%}
    {% for term in minus %}- cast({{ term }} as decimal(34, 12)) {% endfor -%}
    as decimal(38, 12)
)
{%- endmacro %}


{#- Cost of use as far as it is paid per token: 0 where capacity or seats pay for it (`is_flat_rate`), what
    its tokens cost otherwise. -#}
{% macro paid_per_token(cost) -%}
case when is_flat_rate then cast(0 as decimal(38, 12)) else {{ cost }} end
{%- endmacro %}
