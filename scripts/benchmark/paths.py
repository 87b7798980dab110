"""The token path by hand in several engines, each checked against the warehouse."""

from pathlib import Path
from statistics import median

from .processes import Measured, size_of
from .warehouse import Work

SCAN, BY_HAND = "bare scan", "DuckDB by hand"
MODULES = {
    SCAN: ("benchmark.engine_duckdb", "scan"),
    BY_HAND: ("benchmark.engine_duckdb", "by_hand"),
    # knowing which few keys the simulated log has and which kinds of calls it holds
    "DuckDB, this log alone": ("benchmark.engine_duckdb", "this_log_alone"),
    "chDB, this log alone": ("benchmark.engine_chdb",),
    "Polars, this log alone": ("benchmark.engine_polars",),
}


def hand_written(work: Work, skipped: set[str], repeats: int) -> list[Measured]:
    """Run every way on the landed log; of several runs the median counts.

    A way that fails is reported with its reason, and a result that differs is a failure too.
    """
    given = work.folder / "given"
    exported = work.python("given", "-m", "benchmark.given", str(work.warehouse), str(given))
    if exported.failure:
        raise RuntimeError(f"the warehouse's small tables: {exported.failure}")
    found = []
    for name, (module, *what) in MODULES.items():
        if name.lower().startswith(tuple(skipped)):
            continue
        out = work.folder / f"{module.rsplit('_', 1)[1]}_result"
        arguments = [*what, work.logs, str(given), str(out)]
        runs = [work.python(name, "-m", module, *arguments) for _ in range(repeats)]
        failed = [one for one in runs if one.failure]
        measured = failed[0] if failed else _median(runs)
        measured.bytes_read = size_of(work.raw / "litellm" / "spend_logs")
        measured.bytes_written = size_of(out) if out.exists() else 0
        if not measured.failure and name != SCAN:
            check(work, measured, out)
        found.append(measured)
    return found


def check(work: Work, measured: Measured, out: Path) -> None:
    """Note as a failure of the step what differs between its tables and the warehouse's."""
    arguments = [str(work.warehouse), measured.name, str(out)]
    compared = work.python(f"compare {measured.name}", "-m", "benchmark.compare", *arguments)
    if compared.failure:
        log = work.folder / "logs" / f"{compared.name.replace(' ', '_')}.log"
        measured.failure = f"WRONG RESULT: {log.read_text()[:2000].strip()}"


def _median(runs: list[Measured]) -> Measured:
    middle = median(one.seconds for one in runs)
    chosen = min(runs, key=lambda one: abs(one.seconds - middle))
    chosen.peak_megabytes = max(one.peak_megabytes for one in runs)
    return chosen
