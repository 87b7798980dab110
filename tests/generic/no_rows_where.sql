{#- No row meets the condition, a SQL expression over the columns of the model. -#}
{% test no_rows_where(model, condition) %}
select *
from {{ model }}
where {{ condition }}
{% endtest %}
