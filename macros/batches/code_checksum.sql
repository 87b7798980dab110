{#- One checksum for the SQL of models and of everything they read, seeds included, down to the models in `until`,
    which are not looked into: they are compared by what they hold. Of a seed over 1 MB dbt knows only the
    path. NULL where the project is not known, as in a unit test. -#}
{% macro code_checksum(names, until=[]) -%}
    {%- if not execute or not graph.nodes -%}{{ return("cast(null as string)") }}{%- endif -%}
    {%- set waiting = [] -%}
    {%- for name in names -%}{%- do waiting.append(unit_economics.latest_node_id(name)) -%}{%- endfor -%}
    {%- set stops = [] -%}
    {%- for name in until -%}{%- do stops.append(unit_economics.latest_node_id(name)) -%}{%- endfor -%}
    {%- set checksums = {} -%}
    {#- a queue, because a Jinja loop sees what is appended to its list while it runs -#}
    {%- for node_id in waiting if node_id in graph.nodes and node_id not in checksums and node_id not in stops -%}
        {%- do checksums.update({node_id: graph.nodes[node_id].checksum.checksum}) -%}
        {%- do waiting.extend(graph.nodes[node_id].depends_on.nodes | default([])) -%}
    {%- endfor -%}
    {{ return("'" ~ local_md5(checksums | dictsort | string) ~ "'") }}
{%- endmacro %}


{#- The id of a model's latest version. -#}
{% macro latest_node_id(name) -%}
    {%- for node_id, node in graph.nodes.items() if node.resource_type == 'model' and node.name == name
        and (not node.version or node.version == node.latest_version) -%}
        {{ return(node_id) }}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error("no model is called '" ~ name ~ "'") }}
{%- endmacro %}
