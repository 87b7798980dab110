{#- One text key over several columns; NULL is a value of its own. -#}
{% macro hash_key(columns) -%}
md5(concat_ws('|', {% for column in columns %}coalesce(cast({{ column }} as string), '~'){{ ', ' if not loop.last }}{% endfor %}))
{%- endmacro %}
