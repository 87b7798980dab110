{#- One text key over several columns. Values are set apart by a control character that no account or
    tag holds (unit separator), so that 'a|b','c' and 'a','b|c' differ; NULL is a value of its own. -#}
{% macro hash_key(columns) -%}
md5(concat_ws(chr(31), {% for column in columns %}coalesce(cast({{ column }} as string), chr(30)){{ ', ' if not loop.last }}{% endfor %}))
{%- endmacro %}
