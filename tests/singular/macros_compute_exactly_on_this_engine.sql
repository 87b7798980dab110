-- What the project's own arithmetic promises, on the engine at hand: a row is a broken promise.
with arrays as (
    select
        1 as row_id,
        '[{"amount":-0.06,"type":"PROMOTION"},{"amount":-1e-7}]' as array_text
    union all
    select
        2 as row_id,
        '[{"amount":-0.2},null]' as array_text
    union all
    select
        3 as row_id,
        '[]' as array_text
    union all
    select
        4 as row_id,
        cast(null as string) as array_text
    union all
    select
        5 as row_id,
        'bad' as array_text
    union all
    select
        6 as row_id,
        '{"amount":-9}' as array_text
),

array_items as (
    {{ json_array_items('arrays', 'array_text', ['row_id']) }}
),

checks as (
    select
        'a share is cut towards zero' as promise,
        {{ whole_share('-7', '1', '2') }} = -3 as holds
    union all
    select
        'a share of a pool of a million dollars keeps its last digit' as promise,
        {{ whole_share('1000000000000000001', '999999999999999999', '1000000000000000000') }}
        = 1000000000000000000 - 1 as holds
    union all
    select
        'money survives the way through pico-units' as promise,
        {{ from_picos(to_picos("cast('-1234567.890123456789' as decimal(38, 12))")) }}
        = cast('-1234567.890123456789' as decimal(38, 12)) as holds
    union all
    select
        'money minus money keeps its last digit' as promise,
        {{ exact_sum(
            ["cast('0.066131380645' as decimal(38, 12))"],
            minus=["cast('0.112599668380' as decimal(38, 12))"],
        ) }} = cast('-0.046468287735' as decimal(38, 12)) as holds
    union all
    select
        'a rate is multiplied exactly and rounded once' as promise,
        {{ to_usd("cast(0.333333333333 as decimal(38, 12))", "cast(1.0843 as decimal(38, 12))") }}
        = cast('0.361433333333' as decimal(38, 12)) as holds
    union all
    select
        'a token price with 15 decimals is not cut before it is multiplied' as promise,
        {{ priced('1000000000', "cast('0.000000012345678' as decimal(38, 15))") }}
        = cast('12.345678' as decimal(38, 12)) as holds
    union all
    select
        'a window over midnight holds both of its sides' as promise,
        {{ in_daily_window('10', "'16:30'", "'00:30'") }}
        and {{ in_daily_window('990', "'16:30'", "'00:30'") }}
        and not {{ in_daily_window('30', "'16:30'", "'00:30'") }} as holds
    union all
    select
        'a tag is found in an object and in an array, whole' as promise,
        {{ has_tag("'{\"feature\": \"chat\"}'", "'feature'", "'chat'") }}
        and {{ has_tag("'[\"feature:chat\"]'", "'feature'", "'chat'") }}
        and not {{ has_tag("'[\"feature:chatter\"]'", "'feature'", "'chat'") }} as holds
    union all
    select
        'keys are added to a JSON object, escaped, and never twice' as promise,
        {{ json_with(
            'cast(null as string)', [['a', "concat('x', chr(34), chr(92), chr(10), '/ü')"]]
        ) }}
        = concat('{"a": "x', chr(92), chr(34), chr(92), chr(92), chr(92), 'n/ü"}')
        and {{ json_with("'{}'", [['a', "'1'"], ['b', 'cast(null as string)']]) }} = '{"a": "1"}'
        and {{ json_with("'{\"a\": null, \"b\": 1.50}'", [['a', "'2'"], ['c', "'3'"]]) }}
        = '{"c": "3", "a": null, "b": 1.50}' as holds
    union all
    select
        'text that is no JSON object gets no keys' as promise,
        {{ json_with("'{\"a\": 1'", [['b', "'2'"]]) }} = '{"a": 1'
        and {{ json_with("'{\"a\": 1} x'", [['b', "'2'"]]) }} = '{"a": 1} x'
        and {{ json_with("'[1]'", [['b', "'2'"]]) }} = '[1]' as holds
    union all
    select
        'NULL is a value of its own in a key' as promise,
        {{ hash_key(["'a'", 'null']) }} <> {{ hash_key(["'a'", "''"]) }}
        and {{ hash_key(["'a'", 'null']) }} <> {{ hash_key(["'a'", "'~'"]) }} as holds
    union all
    select
        'values with the usual separators in them do not run into each other' as promise,
        {{ hash_key(["'a|b'", "'c'"]) }} <> {{ hash_key(["'a'", "'b|c'"]) }} as holds
    union all
    select
        'every item of a JSON array is a row, in order, and nothing else is one' as promise,
        count(*) = 4
        and sum(item_position) = 6
        and sum(try_cast({{ json_text('item', 'amount') }} as decimal(38, 18)))
        = cast('-0.260000100000000000' as decimal(38, 18)) as holds
    from array_items
    union all
    select
        'of two pairs with one key the first counts, and quotes survive' as promise,
        {{ json_pairs_object([
            "'[{\"key\":\"a\",\"value\":\"1\"},{\"key\":\"b\"}]'",
            "'[]'",
            'cast(null as string)',
            "'bad'",
            "'[{\"value\": \"2\", \"key\": \"a\", \"x\": 1}, {\"key\": \"c/d.e\", \"value\": \"x y\"}]'",
        ]) }} = '{"a":"1","c/d.e":"x y"}'
        and {{ json_pairs_object(["'[]'", 'cast(null as string)']) }} is null as holds
    union all
    select
        'a key with dots is found among pairs' as promise,
        {{ json_pair_value("'[{\"key\":\"a.b/c\",\"value\":\"n1\"}]'", 'a.b/c') }} = 'n1'
        and {{ json_pair_value("'[]'", 'a.b/c') }} is null
        and {{ json_pair_value("'bad'", 'a.b/c') }} is null
        and {{ json_pair_value('cast(null as string)', 'a.b/c') }} is null as holds
    union all
    select
        'entries of an object keep escaped quotes, without prefix and without nulls' as promise,
        {{ json_entries(
            "replace('{\"u:a\":\"x~\", ~\"u:n\",\"u:b\": null,\"c\":\"1\", \"u:d\": \"z\"}', '~', chr(92))",
            'u:'
        ) }}
        = replace('"a":"x~", ~"u:n","d": "z"', '~', chr(92)) as holds
    union all
    select
        'days of the week are counted from Monday' as promise,
        {{ iso_weekday("cast('2026-11-23 23:59:59' as timestamp)") }} = 1
        and {{ iso_weekday("cast('2026-11-29' as date)") }} = 7 as holds
    union all
    select
        'a window that ends where it starts is all day, and one may cross midnight' as promise,
        {{ in_daily_window('0', "'00:00'", "'00:00'") }}
        and {{ in_daily_window('1439', "'16:30'", "'00:30'") }}
        and {{ in_daily_window('29', "'16:30'", "'00:30'") }}
        and not {{ in_daily_window('30', "'16:30'", "'00:30'") }}
        and {{ in_daily_window('1439', "'22:00'", "'24:00'") }} as holds
)

select promise
from checks
where not coalesce(holds, false)
