{# Neutral stand-ins for the project's macros, for sqlfluff only: what they return has the shape of the
   real SQL and parses in every dialect. The real ones are tested by building. #}
{% macro current_rows(relation, source_name, table_name) %}select {{ relation }}.* from {{ relation }}{% endmacro %}
{% macro latest_per_key(relation, keys, order_by) %}select * from {{ relation }}{% endmacro %}
{% macro union_shape(shape_model, members) %}select charges.charge_id from charges{% endmacro %}
{% macro hash_key(columns) %}md5({{ columns[0] }}){% endmacro %}
{% macro to_usd(amount, rate) %}cast({{ amount }} * {{ rate }} as decimal(38, 12)){% endmacro %}
{% macro priced(quantity, price) %}cast(({{ quantity }}) * {{ price }} as decimal(38, 12)){% endmacro %}
{% macro stripe_amount(minor_units, currency) %}cast({{ minor_units }} * 0.01 as decimal(38, 12)){% endmacro %}
{% macro to_picos(amount) %}cast({{ amount }} as decimal(38, 0)){% endmacro %}
{% macro from_picos(picos) %}cast({{ picos }} as decimal(38, 12)){% endmacro %}
{% macro whole_share(total, weight, weight_total) %}cast({{ total }} * {{ weight }} as decimal(38, 0)){% endmacro %}
{% macro has_tag(tags, key, value) %}(position({{ key }} in {{ tags }}) > 0){% endmacro %}
{% macro has_word(words, spellings) %}(position('{{ spellings }}' in {{ words }}) > 0){% endmacro %}
{% macro in_daily_window(minute, window_from, window_to) %}({{ minute }} >= 0){% endmacro %}
{% macro date_series(relation, first_day, last_day) %}select {{ first_day }} as date_day from {{ relation }}{% endmacro %}
{% macro json_text(column, path) %}trim({{ column }}){% endmacro %}
{% macro json_texts(column, paths) %}trim({{ column }}){% endmacro %}
{% macro json_values(column, keys) %}trim({{ column }}){% endmacro %}
{% macro json_entries(column, prefix, start='') %}trim({{ column }}){% endmacro %}
{% macro list_item(list, position) %}trim({{ list }}){% endmacro %}
{% macro first_text_of(list, known, names) %}trim({{ list }}){% endmacro %}
{% macro first_count_of(list, known, names) %}cast({{ list }} as bigint){% endmacro %}
{% macro largest_count_of(list, known, names) %}cast({{ list }} as bigint){% endmacro %}
{% macro text_to_bigint(text) %}cast({{ text }} as bigint){% endmacro %}
{% macro json_bigint(column, path) %}cast({{ column }} as bigint){% endmacro %}
{% macro days_between(first_day, last_day) %}({{ last_day }} - {{ first_day }}){% endmacro %}
{% macro exact_sum(plus, minus=[]) %}cast({{ plus | join(' + ') }} as decimal(38, 12)){% endmacro %}
{% macro undated_model_name(name) %}lower({{ name }}){% endmacro %}
{% macro shape_columns(shape_model, member) %}charge_id{% endmacro %}
{% macro published(table_name, computed, date_column) %}select {{ computed }}.* from {{ computed }}{% endmacro %}
{% macro gpu_model_key(name) %}upper({{ name }}){% endmacro %}
{% macro to_micros(quantity) %}cast({{ quantity }} as decimal(38, 0)){% endmacro %}
{% macro split_exactly(relation, pool, splits, tie_breakers) %}select * from {{ relation }}{% endmacro %}
{% macro seconds_of_day(moment) %}cast({{ moment }} as bigint){% endmacro %}
{% macro json_object(pairs) %}concat({{ pairs.values() | join(', ') }}){% endmacro %}
{% macro instance_type_key(instance_type) %}lower({{ instance_type }}){% endmacro %}
{% macro aws_use_id() %}md5(line_item_usage_type){% endmacro %}
{% macro json_array_items(relation, column, keys) %}select {{ keys | join(', ') }}, 1 as item_position, {{ column }} as item from {{ relation }}{% endmacro %}
{% macro json_pairs_object(columns) %}trim({{ columns[0] }}){% endmacro %}
{% macro json_pair_value(column, key) %}trim({{ column }}){% endmacro %}
{% macro json_with(object, pairs) %}concat({{ object }}, {{ pairs[0][1] }}){% endmacro %}
{% macro add_months(day, months) %}{{ day }}{% endmacro %}
{% macro only_values(columns, relation='') %}min({{ relation }}{{ columns[0] }}) as {{ columns[0] }}{% endmacro %}
{% macro token_meters() %}{{ return(['input_uncached', 'output_text']) }}{% endmacro %}
{% macro other_usage_meters() %}{{ return(['web_search_calls']) }}{% endmacro %}
{% macro iso_weekday(moment) %}extract(day from {{ moment }}){% endmacro %}
{% macro meter_quantity(meter) %}length({{ meter }}){% endmacro %}
{% macro usage_source_semantics() %}select 'a' as usage_source, 'b' as applies_to, true as input_includes_cache, true as output_includes_reasoning{% endmacro %}
{% macro openai_bucket(table_name, names_key=true, counts_requests=true) %}concat(_delivery_id, '-', _row_number) as usage_id{% endmacro %}
{% macro json_map(column) %}trim({{ column }}){% endmacro %}
{% macro number_of_keys(map, keys, how='sum', others=false) %}cast({{ map }} as decimal(28, 12)){% endmacro %}
{% macro langfuse_usage_keys() %}{% set keys = {} %}{% for meter in ['input_uncached', 'input_cache_read', 'input_audio', 'output_text', 'output_audio', 'total', 'web_search_calls', 'images', 'audio_seconds', 'characters', 'requests'] %}{% do keys.update({meter: {'spellings': [meter], 'parts': []}}) %}{% endfor %}{{ return(keys) }}{% endmacro %}
{% macro map_json(map, without=[]) %}trim({{ map }}){% endmacro %}
{% macro aws_tags() %}trim(tags){% endmacro %}
{% macro azure_json(column) %}trim({{ column }}){% endmacro %}
{% macro azure_region_id(location) %}lower({{ location }}){% endmacro %}
{% macro otel_spellings() %}{{ return({'texts': {'model_name': ['a']}, 'counts': {'total_tokens': ['a']}, 'parts': {'given_read_tokens': ['a']}, 'usage_objects': ['a'], 'objects_around_usage': {'a': ['a']}, 'bare_counts': ['a'], 'own_counts': {'own_total_tokens': ['a']}, 'own_parts': {'web_searches': ['a']}, 'own_texts': {'own_tier': ['a']}, 'details': {'own_tier': {'detailed_read_tokens': ['a']}}}) }}{% endmacro %}
{% macro current_tier_name(provider_id, service_tier) %}coalesce({{ service_tier }}, {{ provider_id }}){% endmacro %}
{% macro served_tier_name(tier) %}coalesce({{ tier }}, ''){% endmacro %}
{% macro billed_usage(relation, group_key, meters) %}select * from {{ relation }}{% endmacro %}
{% macro openrouter_payer(call, provider_names) %}coalesce({{ provider_names }}.provider_id, {{ call }}.provider_name){% endmacro %}
{% macro paid_per_token(cost) %}coalesce({{ cost }}, 0){% endmacro %}
{% macro hash_number(columns) %}cast({{ columns[0] }} as bigint){% endmacro %}
{% macro in_batch(date_column) %}({{ date_column }} is not null){% endmacro %}
{% macro in_order_of(column) %}order by {{ column }}{% endmacro %}
{% macro since_batch(date_column) %}({{ date_column }} is not null){% endmacro %}
{% macro every_day_of(relation) %}{{ relation }}{% endmacro %}
{% macro code_checksum(names, until=[]) %}cast(null as string){% endmacro %}
{% macro shape_column_names(shape_model) %}{{ return(['usage_id']) }}{% endmacro %}
{% macro usage_log_feeds() %}{{ return([('litellm', 'spend_logs', 0)]) }}{% endmacro %}
{% macro json_struct(column, texts=[], counts=[]) %}trim({{ column }}){% endmacro %}
{% macro repeated_rows(relation, keys, newest_first, also=[]) %}select {% for column in also %}{{ column }}, {% endfor %}_delivery_id, _row_number, 1 as version_rank from {{ relation }}{% endmacro %}
{% macro latest_rows_of(relation, keys, newest_first) %}select * from {{ relation }}{% endmacro %}
{% macro refuse_stale_batches(stale_batches) %}{% endmacro %}
{% macro rows_off_their_totals(input_total, output_total, unless='false') %}sum({{ input_total }}){% endmacro %}
{% macro sum_of_hashes(hash_column) %}cast(sum({{ hash_column }}) as string){% endmacro %}
{% macro route_region(route) %}lower({{ route }}){% endmacro %}
