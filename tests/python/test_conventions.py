"""What a reader may rely on in every model, read from the manifest and the files."""

from __future__ import annotations

import csv
import re

import pytest
import yaml
from conftest import ROOT
from dbt.cli.main import dbtRunner

BARE_NAMES = {"cost", "usage", "amount", "value", "price_usd"}
# the one mart that speaks a published specification, in its own names
FOCUS = "focus_cost_and_usage"
NOT_ADDITIVE = re.compile(r"^-- (Not additive|Ratios|Shares|Gaps|.*never add up)")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory):
    work = tmp_path_factory.mktemp("parse")
    project = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT)]
    paths = ["--target-path", str(work / "target"), "--log-path", str(work / "logs")]
    result = dbtRunner().invoke(["--quiet", "parse", *project, *paths])
    assert result.success, result.exception
    return result.result


@pytest.fixture(scope="module")
def models(manifest):
    return [node for node in manifest.nodes.values() if node.resource_type == "model"]


def in_folder(models, folder: str):
    return [node for node in models if node.original_file_path.startswith(f"models/{folder}/")]


def test_marts_are_public_contracted_and_versioned(models):
    for node in in_folder(models, "marts"):
        assert node.access == "public", node.name
        assert node.contract.enforced, node.name
        assert node.version is not None, node.name


def test_only_marts_are_public(models):
    marts = {node.unique_id for node in in_folder(models, "marts")}
    assert {node.unique_id for node in models if node.access == "public"} == marts


def test_names_tell_the_layer(models):
    for folder, pattern in {
        "staging": r"stg_[a-z]+__[a-z_]+",
        "intermediate": r"int_[a-z_]+",
        "marts": rf"(fct|dim)_[a-z_]+|{FOCUS}",
    }.items():
        for node in in_folder(models, folder):
            assert re.fullmatch(pattern, node.name), node.original_file_path


def test_every_model_begins_with_its_grain(models):
    for node in models:
        first = (ROOT / node.original_file_path).read_text().splitlines()[0]
        assert first.startswith("-- One row per "), node.original_file_path


def test_facts_say_what_is_not_additive(models):
    for node in models:
        if node.name.startswith("fct_"):
            second = (ROOT / node.original_file_path).read_text().splitlines()[1]
            assert NOT_ADDITIVE.match(second), node.original_file_path


def test_sql_and_yaml_lie_side_by_side(models):
    for node in models:
        yaml = ROOT / node.original_file_path
        yaml = yaml.with_name(f"{node.name}.yml")
        assert yaml.exists(), f"{node.original_file_path} has no {yaml.name}"


def test_every_column_of_every_model_is_described(models):
    for node in models:
        assert node.description, node.name
        assert node.columns, node.name
        for column in node.columns.values():
            assert column.description, f"{node.name}.{column.name}"
            assert column.data_type, f"{node.name}.{column.name}"


def test_money_names_its_kind_and_currency(models):
    for node in in_folder(models, "marts"):
        for column in node.columns.values():
            assert column.name not in BARE_NAMES, f"{node.name}.{column.name}"
            if column.name.endswith("_usd"):
                assert column.data_type == "decimal(38,12)", f"{node.name}.{column.name}"


def test_columns_are_snake_case_except_where_focus_names_them(models):
    for node in models:
        pattern = r"(x_)?[A-Z][A-Za-z]+" if node.name == FOCUS else r"[a-z][a-z0-9_]*"
        for column in node.columns:
            assert re.fullmatch(pattern, column), f"{node.name}.{column}"


def test_one_spelling_of_types_fits_both_engines(models):
    portable = {"string", "bigint", "int", "double", "boolean", "date", "timestamp"}
    for node in models:
        for column in node.columns.values():
            assert column.data_type in portable or re.fullmatch(
                r"decimal\(\d+,\d+\)", column.data_type
            ), f"{node.name}.{column.name}: {column.data_type}"


def test_no_model_branches_on_the_engine():
    for path in (ROOT / "models").rglob("*.sql"):
        assert not re.search(r"target\.(type|name)|adapter\.type", path.read_text()), path


def test_every_data_test_has_a_name_that_is_a_sentence(manifest):
    for node in manifest.nodes.values():
        if node.resource_type == "test":
            assert len(node.name.split("_")) >= 3, node.name
            assert not re.match(r"(not_null|unique|accepted_values|relationships)_", node.name), (
                f"{node.name}: give it a name that says what holds"
            )


def test_every_rule_that_rows_follow_is_a_sentence(manifest):
    for node in manifest.nodes.values():
        metadata = getattr(node, "test_metadata", None)
        if metadata and metadata.name == "rows_follow_rules":
            assert set(metadata.kwargs) & {"rules", "unique", "token_buckets"}, node.name
            for kind in ("rules", "unique"):
                for sentence in metadata.kwargs.get(kind, {}):
                    assert re.fullmatch(r"\w+( \w+){2,}", sentence), f"{node.name}: {sentence}"


def test_every_staging_model_has_a_unit_test(manifest, models):
    tested = {unit.model for unit in manifest.unit_tests.values()}
    for node in in_folder(models, "staging"):
        assert node.name in tested, node.name


def test_every_source_table_declares_its_feed(manifest):
    for source in manifest.sources.values():
        if source.source_name in {"landing", "closed"}:
            continue
        feed = source.config.meta.get("feed", {})
        assert feed.get("delivery") in {"replace", "append"}, source.unique_id
        for column in source.columns.values():
            assert column.data_type, f"{source.unique_id}.{column.name}"
            assert column.description, f"{source.unique_id}.{column.name}"


def test_every_source_of_token_usage_says_what_its_totals_include(manifest):
    """Most cost errors of other tools are one of these two being wrong; see dim_usage_sources."""
    sources = {node.unique_id: node for node in manifest.sources.values()}
    shape = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["shapes"]["token_usage"]
    for name in shape:
        columns = manifest.nodes[f"model.unit_economics.{name}"].columns
        if not any(column.endswith("_tokens") for column in columns):
            continue
        declared = [
            sources[parent].config.meta.get("token_semantics")
            for parent in ancestors(manifest, f"model.unit_economics.{name}")
            if parent in sources and "feed" in sources[parent].config.meta
        ]
        assert any(declared), f"{name}: no source of it declares token_semantics"
        for semantics in filter(None, declared):
            for dialect in semantics.get("versions", [semantics]):
                assert {"input_includes_cache", "output_includes_reasoning"} <= {
                    *semantics,
                    *dialect,
                }, name


def ancestors(manifest, unique_id: str) -> set[str]:
    """Everything that a node is built from."""
    found, waiting = set(), [unique_id]
    while waiting:
        for parent in manifest.parent_map[waiting.pop()]:
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found


def test_the_macros_list_the_meters_of_the_seed(manifest):
    with (ROOT / "seeds/reference/meters.csv").open() as lines:
        rows = [row for row in csv.DictReader(lines) if row["usage_shape"] == "token_usage"]
    macros = (ROOT / "macros/units/meters.sql").read_text()
    tokens, others = (
        set(re.findall(r"'([a-z0-9_]+)'", body))
        for body in re.findall(r"return\((.*?)\)", macros, re.S)
    )
    assert tokens == {row["meter"] for row in rows if row["unit"] == "tokens"}
    assert others == {row["meter"] for row in rows if row["unit"] != "tokens"} - {"requests"}


def test_the_project_names_no_path_of_a_machine():
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "models").rglob("*")]:
        if path.is_file():
            assert not re.search(r"/(work|home|tmp|root)/", path.read_text()), path
