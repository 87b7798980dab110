{#- Disjoint token buckets are never negative and add up to the totals that the source reports itself.
    The buckets of old and new export versions are the same, so one test covers every version. Rows
    served from a gateway's cache are left out: their tokens were counted, not bought. -#}
{% test token_buckets_add_up(model, input_buckets, output_buckets) %}
with added as (
    select
        *,
        {%- for column in input_buckets %}
        coalesce({{ column }}, 0){{ ' +' if not loop.last }}
        {%- endfor %} as input_bucket_tokens,
        {%- for column in output_buckets %}
        coalesce({{ column }}, 0){{ ' +' if not loop.last }}
        {%- endfor %} as output_bucket_tokens,
        least(
            {%- for column in input_buckets + output_buckets %}
            coalesce({{ column }}, 0),
            {%- endfor %}
            0
        ) as smallest_bucket_tokens
    from {{ model }}
    where coalesce(request_status, 'succeeded') <> 'gateway_cache_hit'
),

validation_errors as (
    select *
    from added
    where
        smallest_bucket_tokens < 0
        or input_bucket_tokens <> reported_input_tokens
        or output_bucket_tokens <> reported_output_tokens
)

select * from validation_errors
{% endtest %}
