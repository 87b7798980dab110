"""How fast usage is priced: in SQL, and request by request with two libraries on the same rows.

    python scripts/bench_pricing.py --requests 1000000

Simulates a company, lands its gateway log, and builds the token path. Then the same requests are
priced one call each by genai-prices and litellm, as an application does. Everything runs in one go
on one machine, so the ratios can be compared and the seconds cannot. The libraries are in the
dependency group `bench` and needed for nothing else.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from benchmark import warehouse
from benchmark.processes import done
from benchmark.warehouse import TOKEN_PATH, Work

LOG = "models from the log to its cost"
PRICING = "models that look prices up and multiply"
STEPS = {
    LOG: [
        *["stg_litellm__superseded_logs", "int_token_usage_daily"],
        *["int_usage_prices", "int_token_usage_priced"],
    ],
    PRICING: ["int_usage_prices", "int_token_usage_priced"],
}
PROVIDERS = {"gcp": "google", "microsoft": "azure"}
LITELLM_PROVIDERS = {"gcp": "gemini", "microsoft": "azure", "aws": "bedrock"}
ROWS = """
    select
        provider_id, model_name, service_tier, started_at,
        coalesce(input_uncached_tokens, 0) as uncached,
        coalesce(input_cache_read_tokens, 0) as cache_read,
        coalesce(input_cache_write_5m_tokens, 0) + coalesce(input_cache_write_30m_tokens, 0)
            + coalesce(input_cache_write_1h_tokens, 0) as cache_write,
        coalesce(output_text_tokens, 0) + coalesce(output_reasoning_tokens, 0) as output
    from main_staging.stg_litellm__spend_logs
    where request_status = 'succeeded' and output_text_tokens is not null
"""

FIRST_DAY = "started_at < cast('2026-01-02' as timestamp)"
TOKENS = [
    *["input_uncached_tokens", "input_cache_read_tokens", "input_cache_write_5m_tokens"],
    *["input_cache_write_30m_tokens", "input_cache_write_1h_tokens"],
    *["output_text_tokens", "output_reasoning_tokens"],
]


@dataclass(frozen=True)
class Measured:
    """What one way of pricing took: seconds for a number of requests and their tokens."""

    way: str
    seconds: float
    requests: int
    tokens: int

    @property
    def tokens_per_second(self) -> float:
        """Priced tokens per second."""
        return self.tokens / self.seconds


def build(work: Work, requests: int) -> None:
    """Simulate, land and build, and measure the token path."""
    done(warehouse.simulate(work, requests))
    done(warehouse.land(work))
    done(warehouse.build(work))
    done(warehouse.token_path(work))


def timed(way: str, rows: list[tuple], price: Callable[..., Any]) -> tuple[Measured, int]:
    """Price rows one by one; return what it took, and how many the library could price."""
    known = 0
    started = time.perf_counter()
    for row in rows:
        known += price(*row) is not None
    seconds = time.perf_counter() - started
    tokens = sum(row[4] + row[5] + row[6] + row[7] for row in rows)
    return Measured(way, seconds, len(rows), tokens), known


def with_genai_prices() -> Callable[..., Any]:
    """A function that prices one request with genai-prices; None where it knows no price."""
    from genai_prices import Usage, calc_price

    def price(provider, model, tier, started_at, uncached, read, write, output):
        usage = Usage(
            input_tokens=uncached + read + write,
            cache_read_tokens=read,
            cache_write_tokens=write,
            output_tokens=output,
        )
        try:
            return calc_price(
                usage,
                model,
                provider_id=PROVIDERS.get(provider, provider),
                genai_request_timestamp=started_at,
            ).total_price
        except LookupError:
            return None

    return price


def with_litellm() -> Callable[..., Any]:
    """A function that prices one request with litellm; None where it knows no price."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    import litellm

    def price(provider, model, tier, started_at, uncached, read, write, output):
        try:
            return sum(
                litellm.cost_per_token(
                    model=model,
                    custom_llm_provider=LITELLM_PROVIDERS.get(provider, provider),
                    prompt_tokens=uncached + read + write,
                    completion_tokens=output,
                    cache_read_input_tokens=read,
                    cache_creation_input_tokens=write,
                    service_tier=tier,
                )
            )
        except Exception:
            return None

    return price


def measure(calls: int, work: Work) -> list[Measured]:
    """The SQL path as it was measured on all requests, and each library on `calls` of them."""
    seconds = {name.rsplit(".", 1)[-1]: taken for name, taken in work.details(TOKEN_PATH).items()}
    with duckdb.connect(str(work.warehouse), read_only=True) as con:
        total = con.execute(
            "select sum(requests), sum("
            + " + ".join(TOKENS)
            + ") from main_intermediate.int_token_usage_daily"
            " where usage_source = 'litellm.spend_logs' and request_status = 'succeeded'"
        ).fetchone()
        # of one day, whose calls are of the same kinds as all: a sample would read the whole log
        rows = con.execute(f"{ROWS} and {FIRST_DAY} limit {calls}").fetchall()
    assert total is not None
    found = [
        Measured(f"SQL: {step}", sum(map(seconds.get, models)), int(total[0]), int(total[1]))
        for step, models in STEPS.items()
    ]
    for way, price in {"genai-prices": with_genai_prices(), "litellm": with_litellm()}.items():
        timed(way, rows[:200], price)  # first calls load catalogs
        measured, known = timed(f"{way}, one call per request", rows, price)
        print(f"{way} priced {known} of {len(rows)} requests", file=sys.stderr)
        found.append(measured)
    return found


def show(found: list[Measured]) -> None:
    """Print the figures, and each SQL step as a multiple of each library."""
    print(f"{'':58}{'requests':>12}{'seconds':>10}{'tokens/s':>18}")
    for row in found:
        print(f"{row.way:58}{row.requests:>12,}{row.seconds:>10.2f}{row.tokens_per_second:>18,.0f}")
    for step in found[:2]:
        for library in found[2:]:
            ratio = step.tokens_per_second / library.tokens_per_second
            print(f"{step.way} ÷ {library.way.split(',')[0]}: {ratio:,.0f}")


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=20_000, help="calls of each library")
    parser.add_argument(
        "--built", type=Path, help="folder of a company that scripts/bench.py measured"
    )
    arguments = parser.parse_args()
    if arguments.built:
        show(measure(arguments.calls, Work(arguments.built)))
        return
    with tempfile.TemporaryDirectory() as folder:
        work = Work(Path(folder))
        build(work, arguments.requests)
        show(measure(arguments.calls, work))


if __name__ == "__main__":
    main()
