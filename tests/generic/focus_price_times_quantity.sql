{#- FOCUS: unit price × PricingQuantity = cost, unless the line corrects an earlier period or one of
    the three is unknown. To a millionth of the currency; FOCUS names no tolerance. -#}
{% test focus_price_times_quantity(model, unit_price, cost) %}
select *
from {{ model }}
where
    coalesce(ChargeClass, '-') <> 'Correction'
    and abs(
        cast({{ unit_price }} as double) * cast(PricingQuantity as double) - cast({{ cost }} as double)
    ) > 0.000001
{% endtest %}
