{#- A text as a JSON string, quotes and control characters escaped; the text must not be NULL.
    Checked: a quote, a backslash, a line break, a slash and an umlaut come out alike on DuckDB 2.0
    and Spark 4.3, whose to_json takes no plain text: hence the array around it, cut off again. -#}
{% macro json_string(text) -%}
    {{ return(adapter.dispatch('json_string', 'unit_economics')(text)) }}
{%- endmacro %}

{% macro default__json_string(text) -%}
cast(to_json({{ text }}) as string)
{%- endmacro %}

{% macro spark__json_string(text) -%}
substring(to_json(array({{ text }})), 2, length(to_json(array({{ text }}))) - 2)
{%- endmacro %}


{#- Whether a text is a JSON object. NULL and malformed text are none.
    Checked: DuckDB 2.0 raises on malformed JSON without `try`; Spark 4.3 reads malformed text as
    NULL, but not text behind a complete object, hence the look at both ends. -#}
{% macro is_json_object(text) -%}
    {{ return(adapter.dispatch('is_json_object', 'unit_economics')(text)) }}
{%- endmacro %}

{% macro default__is_json_object(text) -%}
coalesce(try(json_type({{ text }})) = 'OBJECT', false)
{%- endmacro %}

{% macro spark__is_json_object(text) -%}
coalesce(
    get_json_object({{ text }}, '$') is not null
    and left(trim({{ text }}), 1) = '{'
    and right(trim({{ text }}), 1) = '}',
    false
)
{%- endmacro %}


{#- A JSON object text with further keys in front; `pairs` is a list of [key, SQL text expression].
    A key whose value is NULL, or that the object already has, is not added; every other character
    of the object stays as it is. NULL when there is neither an object nor a value; a text that is
    no JSON object is returned untouched. -#}
{% macro json_with(object, pairs) -%}
case
    when {{ object }} is not null and not {{ unit_economics.is_json_object(object) }} then {{ object }}
    when {{ unit_economics.json_pairs(object, pairs) }} = '' then {{ object }}
    -- an object without a quote has no keys
    when {{ object }} is null or position('"' in {{ object }}) = 0
        then concat('{', {{ unit_economics.json_pairs(object, pairs) }}, '}')
    else
        concat(
            '{', {{ unit_economics.json_pairs(object, pairs) }}, ', ', substr(trim({{ object }}), 2)
        )
end
{%- endmacro %}

{% macro json_pairs(object, pairs) -%}
concat_ws(
    ', ',
    {%- for key, value in pairs %}
    case
        when {{ value }} is not null and position('"{{ key }}"' in coalesce({{ object }}, '')) = 0
            then concat('"{{ key }}": ', {{ unit_economics.json_string(value) }})
    end{{ ',' if not loop.last }}
    {%- endfor %}
)
{%- endmacro %}
