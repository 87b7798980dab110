{#- Tags of a line of a Cost and Usage Report as a JSON object: the map of CUR 2.0, a column per tag of the
    legacy report, or Athena's map, each by one's own key, and tags of accounts and principals. -#}
{% macro aws_tags() -%}
nullif(
    concat(
        '{',
        concat_ws(
            ',',
            coalesce(
                {{ unit_economics.json_entries('resource_tags', '(?:user[:_])?') }},
                {{ unit_economics.json_entries('_extra', '(?:resourceTags/|resource_tags_)(?:user[:_])?') }},
                {{ unit_economics.json_entries('tags', 'resourceTags/(?:user[:_])?') }}
            ),
            {{ unit_economics.json_entries('tags', '', '(?:accountTag|iamPrincipal|userAttribute)/') }}
        ),
        '}'
    ),
    '{}'
)
{%- endmacro %}
