{#- The rows of a replace feed that still count: those whose account × project × day no later
    delivery covers again. `relation` is a CTE over the source. -#}
{% macro current_rows(relation, source_name, table_name) -%}
    select {{ relation }}.*
    from {{ relation }}
    inner join {{ ref('stg_landing__current_scopes') }} as current_scopes
        on
            {{ relation }}._delivery_id = current_scopes.delivery_id
            and {{ relation }}._scope_account = current_scopes.scope_account
            and {{ relation }}._scope_project = current_scopes.scope_project
            and {{ relation }}._scope_date = current_scopes.scope_date
            and current_scopes.source_name = '{{ source_name }}'
            and current_scopes.table_name = '{{ table_name }}'
{%- endmacro %}
