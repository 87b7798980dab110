"""What was measured, as Markdown and JSON."""

import json
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from .paths import BY_HAND, MODULES, SCAN
from .processes import Measured

PACKAGES = ["duckdb", "dbt-core", "dbt-duckdb", "chdb", "polars", "genai-prices", "litellm"]
HEAD = [
    *["step", "seconds", "CPU s", "rows", "rows/s", "peak MB", "read MB", "written MB"],
    *["÷ by hand", "÷ by hand CPU", "÷ scan"],
]


def machine() -> dict[str, str]:
    """Cores, memory and versions: without them no figure says anything."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    found = {
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{pages / 2**30:.1f} GiB",
        "DuckDB's limit": os.environ.get("DUCKDB_MEMORY_LIMIT", "4GB"),
        "system": platform.platform(),
        "python": platform.python_version(),
    }
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def table(steps: list[Measured]) -> str:
    """The steps of one size as a Markdown table. Ratios only where the same tables are made."""
    by_name = {step.name: step for step in steps if not step.failure}
    lines = [_line(HEAD), _line(["---"] + ["---:"] * (len(HEAD) - 1))]
    for step in steps:
        if step.failure:
            reason = step.failure.replace("|", "\\|").replace("\n", " ")
            lines.append(_line([step.name, f"**{reason}**", *[""] * (len(HEAD) - 2)]))
            continue
        ratios = ["", "", ""]
        if step.name.startswith("token path") or step.name in MODULES:
            hand, scan = by_name.get(BY_HAND), by_name.get(SCAN)
            ratios = [
                f"{step.seconds / hand.seconds:.2f}" if hand else "",
                # other work on the machine moves these less
                f"{step.cpu_seconds / hand.cpu_seconds:.2f}" if hand and step.cpu_seconds else "",
                f"{step.seconds / scan.seconds:.2f}" if scan else "",
            ]
        lines.append(
            _line(
                [
                    step.name,
                    f"{step.seconds:.2f}",
                    f"{step.cpu_seconds:.2f}",
                    f"{step.rows:,}",
                    f"{step.rows_per_second:,.0f}",
                    f"{step.peak_megabytes:,.0f}",
                    f"{step.bytes_read / 1e6:,.1f}",
                    f"{step.bytes_written / 1e6:,.1f}",
                    *ratios,
                ]
            )
        )
    return "\n".join(lines)


def marts_table(marts: dict[str, tuple[float, float]]) -> str:
    """Seconds of each mart beside those of its tests, the slowest first."""
    lines = [_line(["mart", "model s", "tests s"]), _line(["---", "---:", "---:"])]
    for name, (model, tests) in sorted(marts.items(), key=lambda row: -sum(row[1])):
        short = name.split(".", 2)[-1]
        lines.append(_line([short, f"{model:.2f}", f"{tests:.2f}"]))
    return "\n".join(lines)


def write(path: Path, sections: list[tuple[str, str]], figures: dict[str, Any]) -> str:
    """Write `path` as Markdown and the figures beside it as JSON; return the Markdown."""
    about = machine()
    text = "\n\n".join(
        [", ".join(f"{name} {value}" for name, value in about.items())]
        + [f"## {title}\n\n{body}" for title, body in sections]
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"# Benchmark\n\n{text}\n")
    path.with_suffix(".json").write_text(json.dumps({"machine": about, **figures}, indent=1))
    return text


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
