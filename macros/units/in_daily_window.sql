{#- Whether a minute of the day (0..1439) lies in a half-open daily window 'HH:MM'..'HH:MM' in UTC; a
    window whose end is not after its start crosses midnight. -#}
{% macro in_daily_window(minute, window_from, window_to) -%}
{%- set from_minute = "cast(substring(" ~ window_from ~ ", 1, 2) as int) * 60 + cast(substring(" ~ window_from ~ ", 4, 2) as int)" -%}
{%- set to_minute = "cast(substring(" ~ window_to ~ ", 1, 2) as int) * 60 + cast(substring(" ~ window_to ~ ", 4, 2) as int)" -%}
case
    when {{ from_minute }} < {{ to_minute }}
        then {{ minute }} >= {{ from_minute }} and {{ minute }} < {{ to_minute }}
    else {{ minute }} >= {{ from_minute }} or {{ minute }} < {{ to_minute }}
end
{%- endmacro %}
