{#- Whether words, set apart and enclosed by single spaces, have one of some spellings (joined by |),
    with or without digits behind it: Inp, Inpt, aud1217. -#}
{% macro has_word(words, spellings) -%}
(regexp_extract({{ words }}, ' ({{ spellings }})[0-9]* ', 1) <> '')
{%- endmacro %}
