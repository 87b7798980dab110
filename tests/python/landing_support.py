"""A small company's feeds, and one way to land files into a raw folder of their own."""

import csv
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import land_export
from landing import expectations

SOURCES = """
version: 2
sources:
  - name: shop
    schema: raw
    tables:
      - name: bill
        config:
          meta:
            feed:
              formats: [csv, jsonl, parquet]
              null_values: ["", "NULL"]
              delivery: replace
              scope: {account: account, project: project, date: day, grain: day}
              period: day
              money: {amount: currency}
              date_proof: [period_start, period_end]
              versions: {"1.0": [amount], "1.2": [note], "1.10": [quantity]}
              expectations:
                - type: expect_column_values_to_be_in_set
                  kwargs: {column: kind, value_set: [usage, tax]}
        columns:
          - {name: account, data_type: string}
          - {name: project, data_type: string, config: {meta: {aliases: [ProjectName]}}}
          - {name: day, data_type: timestamp, config: {meta: {required: true}}}
          - name: amount
            data_type: decimal(38,18)
            config: {meta: {required: true, not_null: true}}
          - {name: currency, data_type: string, config: {meta: {required: true}}}
          - {name: quantity, data_type: bigint}
          - {name: ratio, data_type: double}
          - {name: is_final, data_type: boolean}
          - {name: due, data_type: date}
          - {name: period_start, data_type: timestamp}
          - {name: period_end, data_type: timestamp}
          - {name: kind, data_type: string}
          - {name: note, data_type: string}
      - name: invoices
        config:
          meta:
            feed:
              formats: [csv]
              delivery: replace
              scope: {account: account, date: day, grain: month}
              period: day
              money: {amount: USD}
        columns:
          - {name: account, data_type: string}
          - {name: day, data_type: date, config: {meta: {required: true}}}
          - {name: amount, data_type: "decimal(38,18)", config: {meta: {required: true}}}
      - name: report
        config:
          meta:
            feed:
              formats: [json_pages, csv]
              records: "data[].results[]"
              delivery: replace
              scope: {account: org, project: project_id, date: start_time, grain: day}
              covers: "data[].start_time"
              period: start_time
              money: {amount: currency}
        columns:
          - name: start_time
            data_type: timestamp
            config: {meta: {path: "data[].start_time", unit: unix_seconds, required: true}}
          - {name: org, data_type: string}
          - {name: project_id, data_type: string}
          - name: amount
            data_type: decimal(38,18)
            config: {meta: {path: amount.value}}
          - {name: currency, data_type: string, config: {meta: {path: amount.currency}}}
          - {name: details, data_type: string}
      - name: log
        config:
          meta:
            feed:
              formats: [jsonl, json_pages, csv, parquet]
              records: "data[]"
              delivery: append
              period: startTime
        columns:
          - {name: request_id, data_type: string, config: {meta: {required: true, not_null: true}}}
          - {name: startTime, data_type: timestamp, config: {meta: {required: true}}}
          - {name: spend, data_type: "decimal(38,18)"}
          - {name: tokens, data_type: bigint}
          - {name: metadata, data_type: string}
          - name: cached
            data_type: bigint
            config: {meta: {path: usage.details.cached}}
"""

DAY = 86_400
JAN_1 = 1_767_225_600  # 2026-01-01T00:00:00Z


@dataclass
class Result:
    """What a landing said."""

    code: int
    out: str
    err: str

    @property
    def error(self) -> str:
        """The one line on stderr of a refusal."""
        assert self.code == 2, (self.code, self.out, self.err)
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert "Traceback" not in self.err
        return lines[0]

    def accepted(self) -> "Result":
        """Itself, if it was no refusal."""
        assert self.code == 0, self.err
        return self


class Landing:
    """The command, a raw folder and a folder for exports."""

    def __init__(self, tmp_path, monkeypatch, capsys) -> None:
        self.folder = tmp_path / "exports"
        self.raw = tmp_path / "raw"
        self.folder.mkdir()
        sources = tmp_path / "sources"
        sources.mkdir()
        (sources / "_shop__sources.yml").write_text(SOURCES)
        monkeypatch.setenv("LANDING_SOURCES_ROOT", str(sources))
        monkeypatch.setenv("RAW_ROOT", str(self.raw))
        # the reports are slow and have a test of their own
        monkeypatch.setattr(expectations, "build_docs", lambda: None)
        self.capsys = capsys

    def write(self, name: str, content: str | bytes) -> Path:
        """An export file."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run(self, table: str, *arguments: object) -> Result:
        """Land files of the table `shop.<table>`."""
        self.capsys.readouterr()
        code = land_export.main(["shop", table, *map(str, arguments)])
        captured = self.capsys.readouterr()
        return Result(code, captured.out, captured.err)

    def refused(self, table: str, *arguments: object) -> str:
        """The one line of a landing that leaves the raw folder as it was."""
        before = self.snapshot()
        error = self.run(table, *arguments).error
        assert self.snapshot() == before
        return error

    def snapshot(self) -> dict[str, bytes]:
        """All files that make up the accepted raw layer."""
        ignored = ("_quarantine", ".lock")
        return {
            str(path.relative_to(self.raw)): path.read_bytes()
            for path in self.raw.rglob("*")
            if path.is_file() and not str(path.relative_to(self.raw)).startswith(ignored)
        }

    def manifest(self) -> list[dict]:
        """The manifest's records."""
        path = self.raw / "_deliveries.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def rows(self, columns: str, table: str = "bill") -> list[tuple]:
        """Columns of all landed rows of a table, by delivery and row number."""
        files = f"{self.raw}/shop/{table}/*/part-0.parquet"
        return duckdb.sql(
            f"select {columns} from read_parquet('{files}') order by _landed_at, _row_number"
        ).fetchall()

    def scopes(self) -> list[tuple]:
        """(account, project, day, rows, money) of all deliveries, in the order they were landed."""
        found = []
        for record in self.manifest():
            path = self.raw / record["scopes_path"]
            found += duckdb.sql(
                "select scope_account, scope_project, cast(scope_date as varchar), rows, money "
                f"from read_parquet('{path}') order by all"
            ).fetchall()
        return found

    def quarantined(self) -> list[dict]:
        """All quarantined rows."""
        paths = sorted((self.raw / "_quarantine").rglob("*.jsonl"))
        return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


def bill(*rows: str, header: str = "account,project,day,amount,currency") -> str:
    """A CSV bill."""
    return "\n".join([header, *rows]) + "\n"


def page(*buckets: tuple[int, list[dict]], **envelope: object) -> str:
    """A JSON page; a bucket is (days after 2026-01-01 or fractions of them, its results)."""
    data = [{"start_time": int(JAN_1 + day * DAY), "results": results} for day, results in buckets]
    return json.dumps({"object": "page", "data": data, "has_more": False, **envelope})


def result(project: str | None, value: object, **more: object) -> dict:
    """One result of a bucket."""
    return {"project_id": project, "amount": {"value": value, "currency": "usd"}, **more}


def total(record: dict, column: str = "amount", currency: str = "USD") -> Decimal:
    """A sum of money of a manifest record."""
    return Decimal(record["money"][column][currency])


def write_jsonl(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
