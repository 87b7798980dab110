"""The price catalogs become dated rows: history is kept, nothing is guessed."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
import refresh_prices
from hypothesis import given
from hypothesis import strategies as st
from price_catalog import genai, history, litellm, store
from price_catalog.history import Version
from price_catalog.model import Fallbacks, Key, Listing, Price, Span, price_of
from price_catalog.naming import Names, route
from price_catalog.windows import Window, off_peak_windows

REFERENCE = Path(__file__).resolve().parents[2] / "seeds" / "reference"
NAMES = Names.read(REFERENCE)
FALLBACKS = store.fallbacks(REFERENCE)
GPT = {
    "litellm_provider": "openai",
    "mode": "chat",
    "input_cost_per_token": 5e-06,
    "output_cost_per_token": 3e-05,
}


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    """Reference seeds without catalog prices, and with one curated price."""
    folder = tmp_path / "seeds"
    folder.mkdir()
    for name in ("provider_names", "model_aliases", "models", "meters"):
        shutil.copy(REFERENCE / f"{name}.csv", folder)
    with (REFERENCE / "prices.csv").open(encoding="utf-8") as file:
        header = file.readline()
    (folder / "prices.csv").write_text(
        f"{header}openai,gpt-5,output_text,standard,0,,,,,,,10,1000000,tokens,USD,"
        "2025-08-07 00:00:00,,https://example.org,2026-01-01,high,\n",
        encoding="utf-8",
    )
    return folder


@pytest.fixture
def refresh(seeds: Path, tmp_path: Path):
    """Refresh with versions of litellm given as (day, entries); the rows of the seed."""

    def run(
        *versions: tuple[str, dict], options: tuple[str, ...] = (), code: int = 0
    ) -> list[dict]:
        arguments = ["--seeds", str(seeds), *options]
        for number, (day, entries) in enumerate(versions):
            file = tmp_path / f"litellm-{day.replace('-', '.')}.{number}.json"
            file.write_text(json.dumps(entries), encoding="utf-8")
            arguments += ["--litellm", f"{file}@{day}"]
        assert refresh_prices.main(arguments) == code
        return store.rows(seeds, store.PRICES) if (seeds / "catalog_prices.csv").exists() else []

    return run


def listed(entries: dict) -> dict[Key, Decimal]:
    """Unit prices that the current file of litellm states."""
    text = json.dumps(entries)
    found = litellm.read(json.loads(text, parse_float=Decimal), NAMES)
    return {key: spans[0].price.per_unit for key, spans in found.spans.items()}


def prices(entry: dict, name: str = "gpt-x") -> dict[tuple, str]:
    """Prices of one entry by meter, tier, threshold, region and variant, per usual quantity."""
    found = litellm.read(json.loads(json.dumps({name: entry}), parse_float=Decimal), NAMES).spans
    return {
        (k.meter, k.service_tier, k.context_over_tokens, k.region_id, k.meter_variant): s[0].price[
            0
        ]
        for k, s in found.items()
    }


def spans_of(rows: list[dict], **wanted: str) -> list[tuple[str, ...]]:
    columns = ("price", "valid_from", "valid_to", "dropped_on")
    return [
        tuple(row[column] for column in columns)
        for row in rows
        if all(row[name] == value for name, value in wanted.items())
    ]


# history


def test_a_changed_price_is_a_new_row_and_the_old_one_ends(refresh) -> None:
    cheaper = {**GPT, "output_cost_per_token": 2e-05}
    rows = refresh(("2026-08-01", {"gpt-x": GPT}), ("2026-09-01", {"gpt-x": cheaper}))
    assert spans_of(rows, meter="output_text") == [
        ("30", "2026-08-01 00:00:00", "2026-09-01 00:00:00", ""),
        ("20", "2026-09-01 00:00:00", "", ""),
    ]
    assert spans_of(rows, meter="input_uncached") == [("5", "2026-08-01 00:00:00", "", "")]


def test_a_dropped_model_keeps_its_price_and_says_so_until_it_is_listed_again(refresh) -> None:
    both = {"gpt-x": GPT, "gpt-y": GPT}
    rows = refresh(("2026-08-01", both), ("2026-09-01", {"gpt-y": GPT}))
    kept = ("30", "2026-08-01 00:00:00", "", "2026-09-01")
    assert spans_of(rows, model_id="gpt-x", meter="output_text") == [kept]
    rows = refresh(("2026-10-01", {"gpt-y": GPT}))
    assert spans_of(rows, model_id="gpt-x", meter="output_text") == [kept]
    rows = refresh(("2026-11-01", both))
    assert spans_of(rows, model_id="gpt-x", meter="output_text") == [
        ("30", "2026-08-01 00:00:00", "", "")
    ]


def test_a_price_that_a_listed_model_has_no_more_ends(refresh) -> None:
    surcharge = {**GPT, "input_cost_per_token_above_200k_tokens": 1e-05}
    rows = refresh(("2026-08-01", {"gpt-x": surcharge}), ("2026-09-01", {"gpt-x": GPT}))
    assert spans_of(rows, context_over_tokens="200000") == [
        ("10", "2026-08-01 00:00:00", "2026-09-01 00:00:00", "")
    ]


def test_the_same_input_twice_changes_nothing(refresh, seeds) -> None:
    versions = [("2026-08-01", {"gpt-x": GPT}), ("2026-09-01", {"gpt-y": GPT})]
    refresh(*versions)
    before = [(seeds / f"{name}.csv").read_bytes() for name in (store.PRICES, store.VERSIONS)]
    refresh(*versions)
    refresh(*versions, options=("--check",))
    refresh(*versions, options=("--anew",))
    after = [(seeds / f"{name}.csv").read_bytes() for name in (store.PRICES, store.VERSIONS)]
    assert before == after


def test_check_writes_nothing_and_says_that_something_would_change(refresh, seeds) -> None:
    assert refresh(("2026-08-01", {"gpt-x": GPT}), options=("--check",), code=1) == []
    assert not (seeds / "catalog_prices.csv").exists()


def test_an_older_version_comes_too_late(refresh, capsys) -> None:
    refresh(("2026-08-01", {"gpt-x": GPT}))
    refresh(("2026-07-01", {"gpt-y": GPT}), code=2)
    (line,) = capsys.readouterr().err.splitlines()
    assert "2026-07-01" in line and "--anew" in line


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("{file}", "FILE@YYYY-MM-DD"),
        ("{file}@2026-13-01", "FILE@YYYY-MM-DD"),
        ("no@2026-01-01", "No such file"),
    ],
)
def test_a_bad_argument_is_refused_in_one_line(seeds, tmp_path, capsys, argument, said) -> None:
    file = tmp_path / "prices.json"
    file.write_text("[1]", encoding="utf-8")
    arguments = ["--seeds", str(seeds), "--litellm", argument.format(file=file)]
    assert refresh_prices.main(arguments) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line


def test_a_file_that_is_no_price_list_is_refused_in_one_line(seeds, tmp_path, capsys) -> None:
    file = tmp_path / "prices.json"
    file.write_text("[1]", encoding="utf-8")
    assert refresh_prices.main(["--seeds", str(seeds), "--litellm", f"{file}@2026-01-01"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "no price file of litellm" in line


prices_per_day = st.lists(
    st.one_of(st.none(), st.sampled_from(["1", "2", "3"])), min_size=1, max_size=12
)


@given(prices_per_day, prices_per_day)
def test_history_says_at_every_version_what_the_version_said(one, other) -> None:
    """Whatever is listed, changed, dropped and listed again: no overlap, and nothing rewritten."""
    told: history.History = {}
    start = date(2026, 1, 1)
    keys = [Key("litellm", "openai", model, "output_text") for model in ("a", "b")]
    days = min(len(one), len(other))
    for day in range(days):
        listing = Listing("litellm")
        for key, stated in zip(keys, (one[day], other[day]), strict=True):
            if stated:
                listing.models.add(key.model)
                listing.spans[key] = [Span(Price(stated, 1_000_000))]
        published = (start + timedelta(days=day)).isoformat()
        version = Version("litellm", str(day), published)
        told = history.extend(told, version, listing, FALLBACKS)
    for key, stated in zip(keys, (one, other), strict=True):
        rows = told.get(key, [])
        for first, then in pairwise(rows):
            assert first.valid_to == then.valid_from and first.price != then.price
        for day in range(days):
            moment = f"{(start + timedelta(days=day)).isoformat()} 00:00:00"
            (*_, last) = [None, *(s for s in stated[: day + 1] if s)]
            found = [row.price.price for row in rows if row.holds_at(moment)]
            assert found == ([last] if last else [])
        assert bool(rows and rows[-1].dropped_on) == bool(rows and not stated[days - 1])


# keys of litellm


def test_tiers_thresholds_and_lives_of_caches_are_told_apart() -> None:
    entry = {
        **GPT,
        "input_cost_per_token_batches": 2.5e-06,
        "input_cost_per_token_priority": 1e-05,
        "input_cost_per_token_flex": 2.5e-06,
        "input_cost_per_token_above_272k_tokens": 1e-05,
        "input_cost_per_token_above_272k_tokens_priority": 2e-05,
        "input_cost_per_token_priority_above_300k_tokens": 3e-05,
        "cache_read_input_token_cost": 5e-07,
        "cache_creation_input_token_cost": 6.25e-06,
        "cache_creation_input_token_cost_above_1hr": 1e-05,
        "cache_creation_input_token_cost_above_12hr_above_272k_tokens_flex": 2.5e-05,
    }
    assert prices(entry) == {
        ("input_uncached", "standard", 0, "", ""): "5",
        ("output_text", "standard", 0, "", ""): "30",
        ("input_uncached", "batch", 0, "", ""): "2.5",
        ("input_uncached", "priority", 0, "", ""): "10",
        ("input_uncached", "flex", 0, "", ""): "2.5",
        ("input_uncached", "standard", 272000, "", ""): "10",
        ("input_uncached", "priority", 272000, "", ""): "20",
        ("input_uncached", "flex", 272000, "", ""): "10",
        ("input_uncached", "priority", 300000, "", ""): "30",
        ("input_cache_read", "standard", 0, "", ""): "0.5",
        ("input_cache_write_30m", "standard", 0, "", ""): "6.25",
        ("input_cache_write_1h", "standard", 0, "", ""): "10",
        ("input_cache_write_12h", "flex", 272000, "", ""): "25",
    }


def test_a_long_request_at_a_tier_without_a_price_for_it_costs_the_standard_price() -> None:
    entry = {
        **GPT,
        "input_cost_per_token_above_200k_tokens": 1e-05,
        "input_cost_per_token_flex": 2.5e-06,
        "input_cost_per_token_batches": 2.5e-06,
        "output_cost_per_token_flex": 1.5e-05,
    }
    found = prices(entry)
    assert found["input_uncached", "flex", 200000, "", ""] == "10"
    assert ("input_uncached", "batch", 200000, "", "") not in found
    assert ("output_text", "flex", 200000, "", "") not in found


def test_xai_counts_its_threshold_in() -> None:
    entry = {**GPT, "litellm_provider": "xai", "input_cost_per_token_above_200k_tokens": 1e-05}
    assert prices(entry, "xai/grok-x")["input_uncached", "standard", 199999, "", ""] == "10"


def test_a_multiple_for_a_region_is_multiplied_exactly() -> None:
    entry = {
        **GPT,
        "input_cost_per_token": 1.25e-07,
        "regional_processing_uplift_multiplier_eu": 1.1,
        "search_context_cost_per_query": {"search_context_size_medium": 0.01},
    }
    found = prices(entry)
    assert found["input_uncached", "standard", 0, "eu", ""] == "0.1375"
    assert found["web_search_calls", "standard", 0, "", "medium"] == "10"
    assert ("web_search_calls", "standard", 0, "eu", "medium") not in found


def test_anthropic_states_fast_and_us_as_multiples() -> None:
    entry = {
        **GPT,
        "litellm_provider": "anthropic",
        "provider_specific_entry": {"us": 1.1, "fast": 2},
    }
    found = prices(entry, "claude-x")
    assert found["output_text", "fast", 0, "", ""] == "60"
    assert found["output_text", "standard", 0, "us", ""] == "33"
    assert found["output_text", "fast", 0, "us", ""] == "66"


def test_a_zero_is_unknown_unless_the_name_says_free() -> None:
    free = {"litellm_provider": "openrouter", "mode": "chat", "input_cost_per_token": 0.0}
    assert listed({"openrouter/a/b": free}) == {}
    (price,) = listed({"openrouter/a/b:free": free}).values()
    assert price == 0


def test_what_is_not_taken_is_counted() -> None:
    entry = {
        **GPT,
        "google_maps_grounding_cost_per_query": 0.014,
        "cost_of_something_new": 1,
        "input_cost_per_image_token": "much",
        "output_cost_per_audio_token": 0,
    }
    tally = litellm.read({"gpt-x": entry, "latest": {"alias_of": "gpt-x"}}, NAMES).tally
    assert set(tally.counts) == {
        ("prices nothing that is metered here", "google_maps_grounding_cost_per_query"),
        ("prices nothing that is metered here", "cost_of_something_new"),
        ("not a price", "input_cost_per_token"),  # a float: only exact numbers are read
        ("not a price", "output_cost_per_token"),
        ("not a price", "input_cost_per_image_token"),
        ("a zero that stands for unknown", "output_audio"),
        ("a name that moves to newer models", "alias_of"),
    }


def test_tails_of_binary_floats_are_cut() -> None:
    assert price_of(Decimal("7.999999999999999e-07"), "output_text") == ("0.8", 1_000_000)
    assert price_of(Decimal("0.30000000000000004"), "images") == ("0.3", 1)
    assert price_of(Decimal("0.001333333333333"), "audio_seconds") == ("1.333333333333", 1_000)


@given(st.decimals(min_value=0, max_value=1000, places=15), st.sampled_from(["images", "pages"]))
def test_a_price_of_fifteen_decimals_is_kept_exactly(unit_price, meter) -> None:
    price = price_of(unit_price, meter)
    assert price.per_unit == unit_price
    assert price.price == f"{Decimal(price.price).normalize():f}"


def test_tiered_prices_hold_for_the_whole_request_above_their_start() -> None:
    entry = {
        "litellm_provider": "dashscope",
        "mode": "chat",
        "tiered_pricing": [
            {"range": [0, 256000.0], "input_cost_per_token": 5e-08},
            {"range": [256000.0, 1000000.0], "input_cost_per_token": 2.5e-07},
        ],
    }
    assert prices(entry, "dashscope/qwen-x") == {
        ("input_uncached", "standard", 0, "", ""): "0.05",
        ("input_uncached", "standard", 256000, "", ""): "0.25",
    }


def test_windows_keep_their_weekdays_and_midnight_is_24_00() -> None:
    block = {
        "windows": [
            {"hours_utc": ["00:00-01:00", "10:00-00:00"], "weekdays": [1, 2, 3, 4, 5]},
            {"hours_utc": "00:00-00:00", "weekdays": [6, 7]},
        ]
    }
    assert off_peak_windows(block) == [
        Window("00:00", "01:00", "12345"),
        Window("00:00", "24:00", "67"),
        Window("10:00", "24:00", "12345"),
    ]
    assert off_peak_windows({"hours_utc": "16:30-00:30"}) == [Window("16:30", "00:30", "")]


def test_weekdays_of_another_zone_become_days_of_utc() -> None:
    # Saturday in Shanghai begins on Friday at 16:00 UTC and ends on Saturday at 16:00 UTC
    block = {
        "weekday_timezone": "Asia/Shanghai",
        "windows": [{"hours_utc": "00:00-00:00", "weekdays": [6]}],
    }
    assert off_peak_windows(block) == [Window("00:00", "16:00", "6"), Window("16:00", "24:00", "5")]


@pytest.mark.parametrize(
    ("key", "provider", "expected"),
    [
        ("gpt-4o", "openai", ("gpt-4o", "", "")),
        ("azure/eu/gpt-4o", "azure", ("gpt-4o", "eu", "")),
        ("azure/global-standard/gpt-4o", "azure", ("gpt-4o", "", "")),
        ("azure/high/1024-x-1536/gpt-image-1", "azure", ("gpt-image-1", "", "high/1024x1536")),
        ("bedrock/us-gov-west-1/amazon.x-v1:0", "bedrock", ("amazon.x-v1:0", "us-gov-west-1", "")),
        (
            "1024-x-1024/50-steps/bedrock/amazon.y",
            "bedrock",
            ("amazon.y", "", "1024x1024/50-steps"),
        ),
        ("vertex_ai/Meta/Llama-X", "vertex_ai-llama_models", ("meta/llama-x", "", "")),
        ("perplexity/openai/gpt-5", "perplexity", ("openai/gpt-5", "", "")),
    ],
)
def test_a_key_is_taken_apart(key, provider, expected) -> None:
    found = route(key, provider)
    assert (found.model_id, found.region_id, found.meter_variant) == expected
    assert not found.is_committed


def test_a_version_of_bedrock_goes_where_the_curated_models_have_none() -> None:
    full = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
    assert NAMES.model("aws", full) == "us.anthropic.claude-sonnet-4-5"
    assert NAMES.model("aws", "vendor.unknown-v1:0") == "vendor.unknown-v1:0"
    assert NAMES.model("aws", "regional.anthropic.claude-opus-4-5-v1:0") == (
        "anthropic.claude-opus-4-5"
    )
    # another snapshot than the curated one keeps its name, and its price to itself
    other = "anthropic.claude-3-7-sonnet-20240620-v1:0"
    assert NAMES.model("aws", other) == other
    assert NAMES.model("deepseek", "deepseek-v3") == "deepseek-v3"


def test_a_price_per_image_is_read_from_its_pixels() -> None:
    entry = {
        "litellm_provider": "azure",
        "mode": "image_generation",
        "input_cost_per_pixel": 1.0490417e-08,
    }
    found = prices(entry, "azure/low/1024-x-1024/gpt-image-1")
    assert found == {("images", "standard", 0, "", "low/1024x1024"): "0.011"}


def test_a_meter_at_the_price_of_its_fallback_is_left_out_as_long_as_it_is(refresh) -> None:
    alike = {**GPT, "output_cost_per_reasoning_token": 3e-05, "input_cost_per_audio_token": 5e-06}
    dearer = {**alike, "output_cost_per_reasoning_token": 4e-05}
    first, later = ("2026-08-01", {"gpt-x": alike}), ("2026-09-01", {"gpt-x": dearer})
    rows = refresh(first)
    assert spans_of(rows, meter="output_reasoning") == []
    assert len(spans_of(rows, meter="input_audio")) == 1  # audio falls back to text inexactly
    rows = refresh(later, ("2026-10-01", {"gpt-x": alike}))
    assert spans_of(rows, meter="output_reasoning") == [
        ("40", "2026-09-01 00:00:00", "2026-10-01 00:00:00", ""),
        ("30", "2026-10-01 00:00:00", "", ""),
    ]


def test_a_meter_with_an_own_price_anywhere_is_listed_everywhere() -> None:
    entry = {
        **GPT,
        "output_cost_per_token_above_200k_tokens": 6e-05,
        "output_cost_per_reasoning_token": 4e-05,
        "output_cost_per_reasoning_token_above_200k_tokens": 6e-05,
    }
    listing = litellm.read(json.loads(json.dumps({"m": entry}), parse_float=Decimal), NAMES)
    told = history.extend({}, Version("litellm", "1", "2026-01-01"), listing, FALLBACKS)
    found = {k.context_over_tokens for k in told if k.meter == "output_reasoning"}
    assert found == {0, 200000}


# genai-prices

MODULE = """
import datetime
from decimal import Decimal
from .types import *

providers: list[Provider] = [
    Provider(id='x-ai', name='X', api_pattern='x', models=[
        ModelInfo(
            id='Plain',
            match=ClauseEquals(equals='plain'),
            prices=ModelPrice(
                input_mtok=TieredPrices(
                    base=Decimal('1.25'), tiers=[Tier(start=200000, price=Decimal('2.5'))]
                ),
                web_searches_kcount=Decimal('10'),
                requests_kcount=Decimal('0'),
                input_gpixels=Decimal('1'),
            ),
            price_variants=[
                PriceVariant(
                    when={'processing': 'batch'},
                    prices=ModelPrice(input_mtok=Decimal('0.6')),
                    constraint=StartDateConstraint(start_date=datetime.date(2026, 2, 1)),
                ),
                PriceVariant(when={'route': 'eu'}, prices=ModelPrice(), constraint=None),
            ],
        ),
        ModelInfo(
            id='dated',
            match=ClauseEquals(equals='dated'),
            prices=[
                ConditionalPrice(prices=ModelPrice(output_mtok=Decimal('10'))),
                ConditionalPrice(
                    constraint=StartDateConstraint(start_date=datetime.date(2025, 6, 10)),
                    prices=ModelPrice(output_mtok=Decimal('2')),
                ),
                ConditionalPrice(
                    constraint=StartDateConstraint(start_date=datetime.date(2027, 1, 1)),
                    prices=ModelPrice(output_mtok=Decimal('1')),
                ),
            ],
        ),
        ModelInfo(
            id='night',
            match=ClauseEquals(equals='night'),
            prices=[
                ConditionalPrice(prices=ModelPrice(output_mtok=Decimal('2'))),
                ConditionalPrice(
                    constraint=TimeOfDateConstraint(
                        start_time=datetime.time(16, 30, tzinfo=datetime.UTC),
                        end_time=datetime.time(0, 30, tzinfo=datetime.UTC),
                    ),
                    prices=ModelPrice(output_mtok=Decimal('1')),
                ),
            ],
        ),
    ]),
]
"""


def genai_rows(seeds: Path, tmp_path: Path, *versions: tuple[str, str]) -> list[dict]:
    arguments = ["--seeds", str(seeds)]
    for number, (day, module) in enumerate(versions):
        wheel = tmp_path / f"genai_prices-0.{number}.{day.replace('-', '')}-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as file:
            file.writestr("genai_prices/data.py", module)
        arguments += ["--genai-prices", f"{wheel}@{day}"]
    assert refresh_prices.main(arguments) == 0
    return store.rows(seeds, store.PRICES)


def test_genai_prices_are_read_with_tiers_variants_dates_and_windows(seeds, tmp_path) -> None:
    rows = genai_rows(seeds, tmp_path, ("2026-03-01", MODULE))
    assert {row["provider_id"] for row in rows} == {"xai"}
    plain = {
        (row["meter"], row["service_tier"], row["context_over_tokens"]): (
            row["price"],
            row["valid_from"],
        )
        for row in rows
        if row["model_id"] == "plain"
    }
    assert plain == {
        ("input_uncached", "standard", "0"): ("1.25", "2026-03-01 00:00:00"),
        ("input_uncached", "standard", "200000"): ("2.5", "2026-03-01 00:00:00"),
        ("input_uncached", "batch", "0"): ("0.6", "2026-02-01 00:00:00"),
        ("web_search_calls", "standard", "0"): ("10", "2026-03-01 00:00:00"),
    }
    assert spans_of(rows, model_id="dated") == [
        ("10", "1970-01-01 00:00:00", "2025-06-10 00:00:00", ""),
        *DATED,
    ]
    night = [(row["window_from_utc"], row["price"]) for row in rows if row["model_id"] == "night"]
    assert night == [("", "2"), ("16:30", "1")]


UNDATED = """
providers: list[Provider] = [
    Provider(id='x-ai', models=[
        ModelInfo(id='dated', prices=ModelPrice(output_mtok=Decimal('10'))),
    ]),
]
"""
DATED = [
    ("2", "2025-06-10 00:00:00", "2027-01-01 00:00:00", ""),
    ("1", "2027-01-01 00:00:00", "", ""),
]


def test_a_change_that_the_catalog_dates_counts_from_its_date(seeds, tmp_path) -> None:
    rows = genai_rows(seeds, tmp_path, ("2025-05-01", UNDATED), ("2025-08-01", MODULE))
    assert spans_of(rows, model_id="dated") == [
        ("10", "2025-05-01 00:00:00", "2025-06-10 00:00:00", ""),
        *DATED,
    ]


def test_an_announced_change_that_is_announced_no_more_is_gone(seeds, tmp_path) -> None:
    # the same as before, with nothing after the price of 2025
    withdrawn = MODULE.replace("2027, 1, 1", "2025, 6, 10").replace(
        "Decimal('1')),", "Decimal('2')),"
    )
    rows = genai_rows(seeds, tmp_path, ("2026-03-01", MODULE), ("2026-04-01", withdrawn))
    assert spans_of(rows, model_id="dated")[1:] == [("2", "2025-06-10 00:00:00", "", "")]


def test_a_past_price_is_not_rewritten_when_a_dated_one_is_restated(seeds, tmp_path) -> None:
    at = MODULE.index("2025, 6, 10")
    restated = MODULE[:at] + MODULE[at:].replace("Decimal('2')", "Decimal('3')", 1)
    rows = genai_rows(seeds, tmp_path, ("2026-03-01", MODULE), ("2026-04-01", restated))
    assert spans_of(rows, model_id="dated")[1:] == [
        ("2", "2025-06-10 00:00:00", "2026-04-01 00:00:00", ""),
        ("3", "2026-04-01 00:00:00", "2027-01-01 00:00:00", ""),
        DATED[-1],
    ]


def test_seconds_are_read_from_hours() -> None:
    module = MODULE.replace("web_searches_kcount=Decimal('10')", "audio_hours=Decimal('0.36')")
    (spans,) = (s for k, s in genai.read(module, NAMES).spans.items() if k.meter == "audio_seconds")
    assert spans[0].price == ("0.0001", 1)


# conflicts and diff


def test_conflicts_and_changes_are_reported(refresh, seeds, tmp_path, capsys) -> None:
    file = tmp_path / "conflicts.csv"
    dear = {**GPT, "output_cost_per_token": 1.5e-05}
    refresh(("2026-08-01", {"gpt-5-2025-08-07": dear}), options=("--conflicts", str(file)))
    with file.open(encoding="utf-8") as lines:
        (row,) = csv.DictReader(lines)
    assert (row["model_id"], row["meter"]) == ("gpt-5-2025-08-07", "output_text")
    assert (row["curated"], row["litellm"], row["genai_prices"]) == ("10", "15", "")
    assert row["difference_percent"] == "50.0"
    assert "1 with curated prices" in capsys.readouterr().out
    cheap = {**GPT, "output_cost_per_token": 1e-05}
    refresh(("2026-09-01", {"gpt-5-2025-08-07": cheap}), options=("--conflicts", str(file)))
    said = capsys.readouterr().out
    assert "changed  openai gpt-5-2025-08-07 (litellm): output_text 15 -> 10" in said
    assert "0 with curated prices" in said


def test_prices_by_the_time_of_day_are_compared_at_the_time_of_day(seeds, tmp_path, capsys) -> None:
    """One source lists the day and its nights, the other the night and its days: no conflict."""
    night = MODULE.replace("id='night'", "id='grok-x'")
    day = {
        "litellm_provider": "xai",
        "mode": "chat",
        "output_cost_per_token": 1e-06,
        "off_peak_pricing": {"hours_utc": "00:30-16:30", "output_cost_per_token": 2e-06},
    }
    file = tmp_path / "litellm-1.2.3.json"
    wheel = tmp_path / "genai_prices-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("genai_prices/data.py", night)
    for price, conflicts in (("2e-06", 0), ("3e-06", 1)):
        day["off_peak_pricing"]["output_cost_per_token"] = price
        file.write_text(json.dumps({"xai/grok-x": day}), encoding="utf-8")
        arguments = ["--litellm", f"{file}@2026-08-01", "--genai-prices", f"{wheel}@2026-08-01"]
        assert refresh_prices.main(["--seeds", str(seeds), "--anew", *arguments]) == 0
        said = capsys.readouterr().out
        assert f"{conflicts} between the catalogs" in said
    assert "grok-x output_text 00:30-16:30" in said


# the seed as it is shipped

# list prices by tier in $ per million tokens, input and output
TIER_PRICES = {
    "gpt-5.4": {"standard": "2.5 15", "flex": "1.25 7.5", "priority": "5 30"},
    "gpt-5.4-mini": {"standard": "0.75 4.5", "flex": "0.375 2.25", "priority": "1.5 9"},
    "gpt-5.4-nano": {"standard": "0.2 1.25", "flex": "0.1 0.625"},
    "gpt-5.4-pro": {"standard": "30 180", "flex": "15 90"},
    "gpt-5.5-2026-04-23": {"standard": "5 30", "flex": "2.5 15"},
    "gpt-5.6-sol": {"standard": "4 20", "flex": "2 10"},
    "gpt-5.6-luna": {"standard": "0.2 1.2", "flex": "0.1 0.6"},
    "gpt-5.2": {"standard": "1.75 14", "flex": "0.875 7", "priority": "3.5 28"},
    "gpt-5.1": {"standard": "1.25 10", "flex": "0.625 5", "priority": "2.5 20"},
    "gpt-5-2025-08-07": {"standard": "1.25 10", "flex": "0.625 5", "priority": "2.5 20"},
    "gpt-5-mini": {"standard": "0.25 2", "flex": "0.125 1", "priority": "0.45 3.6"},
    "gpt-5-nano": {"standard": "0.05 0.4", "flex": "0.025 0.2"},
    "gpt-4.1": {"standard": "2 8", "priority": "3.5 14"},
    "gpt-4.1-mini": {"standard": "0.4 1.6", "priority": "0.7 2.8"},
    "gpt-4.1-nano": {"standard": "0.1 0.4", "priority": "0.2 0.8"},
    "gpt-4o": {"standard": "2.5 10", "priority": "4.25 17"},
    "gpt-4o-2024-05-13": {"standard": "5 15", "priority": "8.75 26.25"},
    "gpt-4o-mini": {"standard": "0.15 0.6", "priority": "0.25 1"},
    "o3": {"standard": "2 8", "flex": "1 4", "priority": "3.5 14"},
    "o4-mini": {"standard": "1.1 4.4", "flex": "0.55 2.2", "priority": "2 8"},
}


def test_the_seed_knows_the_tiers_of_openai() -> None:
    told, _ = store.read_history(REFERENCE)
    for model, tiers in TIER_PRICES.items():
        for tier, text in tiers.items():
            for meter, price in zip(("input_uncached", "output_text"), text.split(), strict=True):
                rows = told[Key("litellm", "openai", model, meter, tier)]
                found = [r.price.price for r in rows if r.holds_at("2026-11-20 00:00:00")]
                assert found == [price], (model, tier, meter)


def test_the_seed_keeps_prices_that_changed() -> None:
    told, versions = store.read_history(REFERENCE)
    sol = [row.price.price for row in told[Key("litellm", "openai", "gpt-5.6-sol", "output_text")]]
    assert sol == ["30", "20"]
    assert {version.catalog for version in versions} == {"genai-prices", "litellm"}


def test_the_seed_is_as_the_script_writes_it() -> None:
    told, versions = store.read_history(REFERENCE)
    prices_file, versions_file = (REFERENCE / f"{n}.csv" for n in (store.PRICES, store.VERSIONS))
    assert store.prices_text(told) == prices_file.read_text(encoding="utf-8")
    assert store.versions_text(versions) == versions_file.read_text(encoding="utf-8")


def test_meters_of_the_seed_fall_back_as_the_meter_seed_says() -> None:
    assert isinstance(FALLBACKS, Fallbacks)
    assert FALLBACKS.meters["output_reasoning"] == "output_text"
    assert "input_audio" not in FALLBACKS.meters
