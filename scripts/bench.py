"""How fast the warehouse is: each step at several sizes, and its token path beside others.

    python scripts/bench.py --requests 1000000 10000000

For each size a company is simulated, landed, built and tested. The same landed log then goes
through the token path written by hand: in DuckDB for any log, in DuckDB, chDB and Polars for this
log alone, and through a bare scan of its columns. All results must be equal to the digit.
Everything runs one after the other on one machine, so ratios can be compared and seconds cannot.
Needs the dependency group `bench`.
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from benchmark import report, warehouse
from benchmark.new_day import new_day
from benchmark.paths import hand_written
from benchmark.processes import Measured, done
from benchmark.warehouse import ROOT, Work

SKIPS = ["chdb", "polars", "tests", "new_day", "sample", "libraries"]


def measure_size(work: Work, requests: int, options: argparse.Namespace) -> tuple[str, dict]:
    """Measure all steps for one company; return them as Markdown and as figures."""
    steps: list[Measured] = []

    def noted(step: Measured, kind: str = "all") -> Measured:
        step.rows = rows[kind]
        steps.append(step)
        shown = step.failure or f"{step.seconds:.2f} s, {step.peak_megabytes:,.0f} MB"
        print(f"{requests:,} requests, {step.name}: {shown}", file=sys.stderr, flush=True)
        return step

    bill_lines = requests // options.requests_per_bill_line
    done(warehouse.simulate(work, requests, bill_lines=bill_lines))
    landed = warehouse.land(work)
    counted = work.python("counts", "-m", "benchmark.counts", str(work.raw))
    done(landed)
    done(counted)
    rows = json.loads((work.folder / "logs" / "counts.log").read_text())
    noted(landed)
    shutil.rmtree(work.folder / "company", ignore_errors=True)
    built = done(noted(warehouse.build(work)))
    path = noted(warehouse.token_path(work), "log")
    # without starting dbt and reading the project
    models = sum(path.details.values())
    noted(Measured("token path: its models alone", models, failure=path.failure), "log")
    for step in hand_written(work, set(options.skip), options.repeat):
        noted(step, "log")
    shown = report.table(steps)
    marts = {}
    if "tests" not in options.skip:
        tested = noted(warehouse.data_tests(work))
        shown = report.table(steps)
        if not tested.failure:
            marts = warehouse.seconds_by_mart(work, built, tested)
            shown += f"\n\n{report.marts_table(marts)}"
    if "libraries" not in options.skip:
        priced, step = libraries(work)
        shown += f"\n\nThe same requests with a library, one call each:\n\n{priced}"
        print(f"{requests:,} requests, {step.name}: {step.seconds:.2f} s", file=sys.stderr)
    figures = {"requests": requests, "steps": [step.as_dict() for step in steps], "marts": marts}
    return shown, figures


def libraries(work: Work) -> tuple[str, Measured]:
    """Price requests one by one with two libraries, as scripts/bench_pricing.py says."""
    built = ["--built", str(work.folder)]
    measured = work.python("libraries", "scripts/bench_pricing.py", *built)
    log = (work.folder / "logs" / "libraries.log").read_text().splitlines()
    kept = [line for line in log if line.startswith(("SQL", "genai", "litellm", " " * 20))]
    return measured.failure or "\n".join(["```", *kept, "```"]), measured


def main() -> None:
    """Read the command line, measure, and fail if any result was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--requests", type=int, nargs="*", default=[1_000_000])
    parser.add_argument("--requests-per-bill-line", type=int, default=10)
    parser.add_argument("--repeat", type=int, default=3, help="runs of each hand-written path")
    parser.add_argument("--skip", nargs="*", choices=SKIPS, default=[])
    parser.add_argument("--days", type=int, nargs="+", default=[30, 360], help="before a new day")
    parser.add_argument("--requests-per-day", type=int, default=20_000, help="before a new day")
    parser.add_argument("--out", type=Path, default=ROOT / "target" / "bench.md")
    parser.add_argument("--work", type=Path, help="where to keep files; a temporary one by default")
    options = parser.parse_args()
    sections: list[tuple[str, str]] = []
    figures: dict = {"sizes": []}
    for requests in options.requests:
        with tempfile.TemporaryDirectory() as temporary:
            folder = (options.work or Path(temporary)) / str(requests)
            shown, measured = measure_size(Work(folder), requests, options)
        sections.append((f"{requests:,} requests", shown))
        figures["sizes"].append(measured)
        report.write(options.out, sections, figures)
    if "new_day" not in options.skip:
        steps = []
        for days in options.days:
            with tempfile.TemporaryDirectory() as temporary:
                folder = (options.work or Path(temporary)) / f"{days}_days"
                steps += new_day(folder, days, options.requests_per_day)
        sections.append(("One new day, by the days before it", report.table(steps)))
        figures["new_day"] = [step.as_dict() for step in steps]
    with tempfile.TemporaryDirectory() as folder:
        if "sample" not in options.skip:
            step = warehouse.sample_build(Path(folder) / "sample")
            sections.append(("The sample: dbt build with all tests", report.table([step])))
            figures["sample"] = step.as_dict()
    text = report.write(options.out, sections, figures)
    print(text)
    if "WRONG RESULT" in text:
        raise SystemExit("the results differ: no figure above counts")


if __name__ == "__main__":
    main()
