{#- The column is exactly 0 in every row; NULL is not 0. -#}
{% test always_zero(model, column_name) %}
select *
from {{ model }}
where {{ column_name }} is null or {{ column_name }} <> 0
{% endtest %}
