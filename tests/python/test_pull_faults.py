"""Faults of an API end in one line, and a key is nowhere."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys

import pytest
from api_server import Answer, Api
from conftest import ROOT

pytest.importorskip("dlt", reason="pulling needs the dependency group `pull`")
import pull_exports
from pulling import state as pull_state
from pulling.connectors import VENDORS
from pulling_support import KEY, KEYS, OpenAi, commands, keys_in, unix


@pytest.fixture
def command(tmp_path, monkeypatch, capsys):
    yield from commands(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize(
    "faults",
    [
        [Answer({}, 429, {"Retry-After": "0"}), Answer({}, 429, {"Retry-After": "1"})],
        [Answer({"error": {"message": KEY}}, 500), Answer({}, 502)],
        [Answer({}, 503), Answer(b"<html>busy</html>")],
        [Answer({"data": [1, 2, 3]}, fault="torn body")],
        [Answer({"data": [1, 2, 3]}, fault="torn text")],
        [Answer(fault="reset")],
    ],
    ids=["429", "500 and 502", "503 and HTML", "torn body", "torn text", "reset"],
)
def test_what_passes_is_asked_for_again(command, faults):
    openai = command("openai", OpenAi())
    openai.api.faults += faults
    out = openai.accepted("usage_completions", "--since", "2026-02-01")
    assert f"{out.count('asking again')}" == f"{len(faults)}"
    (record,) = openai.manifest()
    assert record["rows"] == 4
    assert len(openai.api.calls) == 2 + len(faults)


def test_waits_grow_with_jitter_and_a_vendor_may_ask_for_longer(command, monkeypatch):
    waits: list[float] = []
    monkeypatch.setattr("tenacity.nap.time.sleep", waits.append)
    monkeypatch.setenv("RUNTIME__REQUEST_BACKOFF_FACTOR", "1")
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_RETRY_DELAY", "300")
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_ATTEMPTS", "6")
    openai = command("openai", OpenAi())
    openai.api.faults += [Answer({}, 503)] * 4 + [Answer({}, 429, {"Retry-After": "70"})]
    openai.accepted("usage_completions", "--since", "2026-02-01")
    for wait, least in zip(waits, [1, 2, 4, 8, 70], strict=True):
        assert least <= wait <= least + 1
    assert any(wait % 1 for wait in waits)


def test_a_fault_that_stays_ends_in_one_line(command):
    openai = command("openai", OpenAi())
    for fault, says in [
        (Answer({}, 429), "too many requests (429), again and again"),
        (Answer({"data": []}, fault="torn body"), "the connection was lost or cannot be made"),
        (Answer(b"{", 200), "an answer was cut short or is no JSON"),
        (Answer({}, 302, {"Location": "http://elsewhere.example/"}), "another address (302)"),
        (Answer({"error": {"message": "bad group_by"}}, 400), "refuses the request (400): bad gr"),
        (Answer({"error": {"message": f"key {KEY[:12]}..."}}, 404), "refuses the request (404)"),
    ]:
        openai.api.faults = [fault] * 3
        line = openai.refused("usage_completions", "--since", "2026-02-01")
        assert line.startswith("openai: /v1/organization/usage/completions: ") and says in line
        assert KEY[:12] not in line
    assert openai.manifest() == []
    assert not (openai.raw / "_pulls").exists()


def test_no_answer_in_time(command, monkeypatch):
    monkeypatch.setenv("RUNTIME__REQUEST_TIMEOUT", "0.05")
    monkeypatch.setenv("RUNTIME__REQUEST_MAX_ATTEMPTS", "1")

    def slow(*_: object) -> Answer:
        import time

        time.sleep(0.3)
        return Answer({})

    line = command("openai", slow).refused("costs", "--since", "2026-02-01")
    assert "no answer in time" in line


@pytest.mark.parametrize("vendor", sorted(VENDORS))
def test_a_key_that_may_not_read_says_what_it_takes(command, vendor):
    pull = command(vendor, lambda *_: Answer({"error": {"message": f"bad key {KEY}"}}, 401))
    code, out, err = pull("--since", "2026-02-01")
    if code == 0:
        assert "has no such feed" in out, "no feed of this vendor in the project yet"
        return
    assert "is not accepted (401): it takes " in err.splitlines()[0]
    pull.api.handler = lambda *_: Answer({"error": {"message": f"bad key {KEY}"}}, 403)
    _, _, err = pull("--since", "2026-02-01")
    assert "may not read it (403): it takes " in err.splitlines()[0]


def test_one_table_that_is_refused_does_not_stop_the_others(command):
    api = OpenAi()
    openai = command(
        "openai", lambda path, *call: Answer({}, 403) if "costs" in path else api(path, *call)
    )
    openai.refused("costs", "usage_completions", "--since", "2026-02-01")
    assert [record["table"] for record in openai.manifest()] == ["usage_completions"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"next_page": "page_same"}, "leads back to an earlier page (same cursor)"),
        ({"next_page": None}, "says that others follow, and not which (no cursor)"),
        ({"has_more": None}, "does not say whether others follow (has_more)"),
        ({"data": None}, "has no list 'data'"),
    ],
)
def test_a_chain_of_pages_that_breaks_is_refused(command, change, says):
    api, turn = OpenAi(), iter(range(9))

    def handler(path: str, query: dict, headers: dict) -> Answer:
        query = query | {"page": [f"page_{unix('2026-02-01') + next(turn) * 86_400}"]}
        page = json.loads(api(path, query, headers).content)
        return Answer(page | {"has_more": True, "next_page": "more"} | change)

    openai = command("openai", handler)
    assert says in openai.refused("usage_completions", "--since", "2026-02-01")
    assert len(openai.api.calls) <= 2
    assert openai.manifest() == []


def test_a_page_that_comes_again_under_another_cursor_is_refused(command):
    turn = iter(range(9))

    def handler(path: str, query: dict, headers: dict) -> Answer:
        page = json.loads(
            OpenAi()(path, {**query, "page": [f"page_{unix('2026-02-01')}"]}, {}).content
        )
        return Answer(page | {"has_more": True, "next_page": f"cursor_{next(turn)}"})

    openai = command("openai", handler)
    line = openai.refused("usage_completions", "--since", "2026-02-01")
    assert "page 2 repeats an earlier page, its rows would count twice" in line
    assert openai.manifest() == []


def test_a_last_day_that_is_not_there_is_refused_and_others_are_told(command):
    def without(day: str):
        def handler(*call) -> Answer:
            page = json.loads(OpenAi(page_days=31)(*call).content)
            page["data"] = [b for b in page["data"] if b["start_time"] != unix(day)]
            return Answer(page)

        return handler

    openai = command("openai", without("2026-02-04"))
    line = openai.refused("costs", "--since", "2026-02-01")
    assert "has nothing on 2026-02-04 yet, not even an empty bucket" in line
    assert openai.manifest() == []
    openai.api.handler = without("2026-02-02")
    code, _, err = openai("costs", "--since", "2026-02-01")
    assert code == 0
    assert "note: openai.costs: the API leaves out 1 days, from 2026-02-02" in err


def test_a_damaged_state_and_a_second_pull_are_refused(command):
    openai = command("openai", OpenAi())
    openai.accepted("costs", "--since", "2026-02-01")
    state = openai.raw / "_pull_state" / "pull_openai" / "state.json"
    with pull_state.only_pull(openai.raw, "openai"):
        assert "another pull of it is under way" in openai.refused("costs")
    state.write_text(state.read_text()[:99])
    assert "state.json: is damaged: remove it" in openai.refused("costs")


def test_empty_days_are_landed_as_empty(command):
    api = OpenAi()
    openai = command("openai", api)
    openai.accepted("costs", "--since", "2026-02-01")
    (record,) = openai.manifest()
    assert (record["rows"], record["period_start"], record["period_end"]) == (
        0, "2026-02-01", "2026-02-04",
    )  # fmt: skip


# ---------------------------------------------------------------- keys and options


def test_a_key_in_an_answer_is_not_written(command):
    openai = command("openai", lambda *_: Answer({"data": [{"echo": KEY}], "has_more": False}))
    assert "the answer holds the key" in openai.refused("costs", "--since", "2026-02-01", "--keep")


def test_no_log_shows_the_key(command, caplog, monkeypatch):
    monkeypatch.setenv("RUNTIME__LOG_LEVEL", "DEBUG")
    openai = command("openai", OpenAi())
    openai.api.faults += [Answer({"error": {"message": KEY}}, 500)]
    with caplog.at_level(logging.DEBUG):
        openai.accepted("costs", "--since", "2026-02-01")
    assert "GET /v1/organization/costs" in caplog.text
    assert KEY not in caplog.text


def test_debug_logs_of_a_process_show_no_key(tmp_path):
    api = Api(lambda *_: Answer({"error": {"message": KEY}}, 401))
    code = (
        "import logging, sys; logging.basicConfig(level=logging.DEBUG); import pull_exports;"
        "sys.exit(pull_exports.main(sys.argv[1:]))"
    )
    arguments = ["openai", "costs", "--since", "2026-01-01", "--base-url", api.url]
    result = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={
            **os.environ,
            **KEYS,
            "RAW_ROOT": str(tmp_path / "raw"),
            "HOME": str(tmp_path / "home"),
            "PYTHONPATH": str(ROOT / "scripts"),
            "RUNTIME__LOG_LEVEL": "DEBUG",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    api.close()
    assert result.returncode == 2, result.stderr
    assert "the key in OPENAI_ADMIN_KEY is not accepted (401)" in result.stderr
    assert "DEBUG" in result.stderr
    assert KEY not in result.stdout + result.stderr
    assert keys_in(tmp_path) == []


def test_a_missing_key_and_a_plain_address_are_refused(command, monkeypatch, capsys):
    openai = command("openai", OpenAi())
    arguments = ["openai", "costs", "--since", "2026-02-01", "--base-url"]
    assert pull_exports.main([*arguments, "http://api.example.com"]) == 2
    assert "the key would go in plain text: use https" in capsys.readouterr().err
    assert pull_exports.main([*arguments, "https://user:pw@api.example.com"]) == 2
    assert "pw@" not in capsys.readouterr().err
    monkeypatch.setenv("OPENAI_ADMIN_KEY", KEY + "\n\nX-Injected: 1")
    assert "holds characters that no key has" in openai.refused("costs", "--since", "2026-02-01")
    monkeypatch.delenv("OPENAI_ADMIN_KEY")
    line = openai.refused("costs", "--since", "2026-02-01")
    assert line.startswith("openai: OPENAI_ADMIN_KEY is not set: it takes an admin key")
    assert openai.api.calls == []


def test_pages_are_kept_as_they_were_received(command):
    openai = command("openai", OpenAi(page_days=31))
    out = openai.accepted("costs", "--since", "2026-02-01", "--no-land")
    (kept,) = (openai.raw / "_pulls").rglob("*.json")
    assert str(kept.parent) in out
    content = openai.api.handler(*openai.api.calls[0]).content
    assert kept.read_bytes() == content + b"\n"
    assert openai.manifest() == []
    assert "never fetched" in openai.refused("costs"), "nothing is remembered"
    openai.accepted("costs", "--since", "2026-02-01", "--keep")
    assert kept.exists() and len(openai.manifest()) == 1


def test_pages_that_cannot_be_landed_are_kept(command):
    def handler(*call) -> Answer:
        page = OpenAi()(*call).content.replace(b"completions.result", b"embeddings.result")
        return Answer(page)

    openai = command("openai", handler)
    line = openai.refused("usage_completions", "--since", "2026-02-01")
    assert "object" in line
    assert list((openai.raw / "_pulls").rglob("*.json"))


def test_unknown_tables_and_days_to_come_are_refused(command):
    openai = command("openai", OpenAi())
    assert "no such table; known are: costs, " in openai.refused("cost", "--since", "2026-02-01")
    line = openai.refused("costs", "--since", "2026-02-01", "--until", "2026-02-06")
    assert "only days that are over (UTC)" in line
    assert openai.accepted("costs", "--since", "2026-02-05").startswith("openai.costs: no day to")
