{#- Stripe's whole number of minor units as money. Its minor units are its own, not ISO 4217's: ISK and
    UGX have two decimals, MGA none. Amounts below 10^20. Currencies that it does not list as having
    none or three have two. -#}
{% macro stripe_amount(minor_units, currency) -%}
cast(
    cast({{ minor_units }} as decimal(20, 0)) * case
        when upper({{ currency }}) in (
            'BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'VND', 'VUV', 'XAF',
            'XOF', 'XPF'
        ) then cast(1 as decimal(4, 3))
        when upper({{ currency }}) in ('BHD', 'JOD', 'KWD', 'OMR', 'TND') then cast(0.001 as decimal(4, 3))
        else cast(0.01 as decimal(4, 3))
    end as decimal(38, 12)
)
{%- endmacro %}
