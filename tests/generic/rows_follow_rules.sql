{#- Rows follow rules, all of which are judged in one pass over the model, however many they are.
    rules: sentence → condition over the columns. As in a CHECK constraint, NULL does not break it.
    unique: sentence → a column that has no value twice (NULL is no value).
    token_buckets: disjoint `input` and `output` buckets are never negative and add up to the totals that the
    source itself reports, but for rows served from a gateway's cache, whose tokens were counted and not
    bought, and rows that meet `unless`.
    A broken sentence is a row with how many rows break it; say_broken_rules prints them. -#}
{% test rows_follow_rules(model, rules={}, unique={}, token_buckets=none) %}
{{ config(fail_calc='coalesce(sum(broken_rows), 0)') }}
{%- set counts = {} -%}
{%- for sentence, condition in rules.items() -%}
    {%- do counts.update({sentence: 'sum(case when not (' ~ condition ~ ') then 1 else 0 end)'}) -%}
{%- endfor -%}
{%- for sentence, column in unique.items() -%}
    {%- do counts.update({sentence: 'count(' ~ column ~ ') - count(distinct ' ~ column ~ ')'}) -%}
{%- endfor -%}
{%- if token_buckets -%}
    {%- do counts.update({
        'token buckets are disjoint and add up to the reported totals':
        unit_economics.rows_whose_buckets_do_not_add_up(**token_buckets)
    }) -%}
{%- endif %}
with counted as (
    select
        {%- for count in counts.values() %}
        {{ count }} as broken_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}
),

sentences as (
    {%- for sentence in counts %}
    select {{ loop.index }} as place, '{{ sentence }}' as rule_sentence
    {{- ' union all' if not loop.last }}
    {%- endfor %}
),

judged as (
    select
        sentences.rule_sentence,
        case sentences.place
            {%- for sentence in counts %}
            when {{ loop.index }} then counted.broken_{{ loop.index }}
            {%- endfor %}
        end as broken_rows
    from counted
    cross join sentences
)

select rule_sentence, broken_rows
from judged
where broken_rows > 0
{% endtest %}
