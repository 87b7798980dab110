"""The token path in Polars: lazy, streaming, money as whole numbers.

    python -m benchmark.engine_polars LOGS GIVEN OUT

Polars has no exact product of two decimals with these scales, so prices are counted in 10^-15 and
costs in 10^-12 of a dollar, as 128-bit whole numbers.
"""

import sys
from decimal import Decimal
from pathlib import Path

import polars as pl

from .given import context_bands

PATHS = {
    "u_input": "prompt_tokens",
    "u_output": "completion_tokens",
    "u_read": "cache_read_input_tokens",
    "u_cached": "prompt_tokens_details.cached_tokens",
    "u_write": "cache_creation_input_tokens",
    "u_write_5m": "cache_creation.ephemeral_5m_input_tokens",
    "u_write_1h": "cache_creation.ephemeral_1h_input_tokens",
    "u_reasoning": "completion_tokens_details.reasoning_tokens",
    "u_tier": "service_tier",
}
SPELLED = [
    *["usage_date", "segment_start_at", "custom_llm_provider", "organization_id", "api_key"],
    *["team_id", "model", "u_tier", "context_band_tokens", "status", "is_hit", "end_user"],
    "request_tags",
]
KEYS = [
    *["usage_date", "priced_at", "provider_id", "account_id", "credential_id", "team_id"],
    *["model_name", "service_tier", "context_band_tokens", "request_status", "customer_id", "tags"],
]
BUCKETS = {
    "input_uncached_tokens": "uncached",
    "input_cache_read_tokens": "cache_read",
    "input_cache_write_5m_tokens": "write_5m",
    "input_cache_write_30m_tokens": "write_30m",
    "input_cache_write_1h_tokens": "write_1h",
    "output_text_tokens": "output_text",
    "output_reasoning_tokens": "reasoning",
}
USAGE = pl.Struct(
    {
        "usage_object": pl.Struct(
            {
                "prompt_tokens": pl.Int64,
                "completion_tokens": pl.Int64,
                "prompt_tokens_details": pl.Struct({"cached_tokens": pl.Int64}),
                "completion_tokens_details": pl.Struct({"reasoning_tokens": pl.Int64}),
                "cache_creation_input_tokens": pl.Int64,
                "cache_read_input_tokens": pl.Int64,
                "cache_creation": pl.Struct(
                    {"ephemeral_5m_input_tokens": pl.Int64, "ephemeral_1h_input_tokens": pl.Int64}
                ),
                "service_tier": pl.String,
            }
        )
    }
)
c = pl.col


def superseded(logs: str) -> pl.LazyFrame:
    """The rows of the log that a later version of the same request replaces."""
    ids = pl.scan_parquet(logs).select(c("request_id").hash().alias("request_hash"))
    repeated = ids.group_by("request_hash").len().filter(c("len") > 1)
    order = ["updated_at", "tokens", "_landed_at", "_delivery_id", "_row_number"]
    rows = (
        pl.scan_parquet(logs)
        .select(
            *["request_id", "updated_at", "_landed_at", "_delivery_id", "_row_number"],
            (c("prompt_tokens") + c("completion_tokens")).alias("tokens"),
            c("request_id").hash().alias("request_hash"),
        )
        .join(repeated, on="request_hash", how="semi")
        .collect(engine="streaming")
        .sort(order, descending=True, nulls_last=True)
    )
    later = pl.int_range(pl.len()).over("request_id") > 0
    return rows.filter(later).select("_delivery_id", "_row_number").lazy()


def grouped(logs: str, given: Path) -> pl.DataFrame:
    """Sums of everything per group as the log spells it, which one pass over the log gives."""

    def at(path: str) -> pl.Expr:
        found = c("usage")
        for name in path.split("."):
            found = found.struct.field(name)
        return found

    rows = (
        pl.scan_parquet(logs)
        .join(superseded(logs), on=["_delivery_id", "_row_number"], how="anti")
        .with_columns(usage=c("metadata").str.json_decode(USAGE).struct.field("usage_object"))
        .with_columns(**{name: at(path) for name, path in PATHS.items()})
        .with_columns(
            usage_date=c("startTime").dt.date(),
            input=pl.coalesce("u_input", "prompt_tokens"),
            output=pl.coalesce("u_output", "completion_tokens"),
            cache_read=pl.max_horizontal("u_read", "u_cached", pl.lit(0)),
            write=pl.max_horizontal("u_write", c("u_write_5m") + c("u_write_1h"), pl.lit(0)),
            write_1h=c("u_write_1h").fill_null(0),
            reasoning=c("u_reasoning").fill_null(0),
            is_hit=(c("cache_hit").str.to_lowercase() == "true").fill_null(False),
        )
        .with_columns(bought_input=pl.when("is_hit").then(0).otherwise("input"))
    )
    band = pl.lit(0)
    for name, over in reversed(context_bands(given)):
        in_band = (c("bought_input") > over) & (c("custom_llm_provider") == name)
        band = pl.when(in_band).then(over).otherwise(band)
    segments = pl.read_parquet(given / "segments.parquet")
    start = pl.lit(None, dtype=pl.Datetime("us"))
    for segment in segments.iter_rows(named=True):
        # few segments lie in days with usage; a join would keep a row per segment of the day
        start = (
            pl.when(
                (c("custom_llm_provider") == segment["provider_id"])
                & (c("startTime") >= segment["segment_start_at"])
                & (c("startTime") < segment["segment_end_at"])
                & (c("usage_date") == segment["usage_date"])
            )
            .then(pl.lit(segment["segment_start_at"], dtype=pl.Datetime("us")))
            .otherwise(start)
        )
    return (
        rows.with_columns(context_band_tokens=band, segment_start_at=start)
        .group_by(SPELLED)
        .agg(
            requests=pl.len().cast(pl.Int64),
            uncached=(c("input") - c("cache_read") - c("write")).sum(),
            cache_read=c("cache_read").sum(),
            write_short=(c("write") - c("write_1h")).sum(),
            write_1h=c("write_1h").sum(),
            output_text=(c("output") - c("reasoning")).sum(),
            reasoning=c("reasoning").sum(),
            spend=c("spend").sum(),
        )
        .collect(engine="streaming")
    )


def usage_daily(rows: pl.DataFrame, given: Path) -> pl.DataFrame:
    """The groups under the names that they mean."""
    providers = pl.read_parquet(given / "providers.parquet")
    prefix = c("custom_llm_provider") + "/"
    bought = pl.when("is_hit").then(0).otherwise(1)
    is_openai = c("custom_llm_provider") == "openai"
    short, long = bought * c("write_short"), bought * c("write_1h")
    sums = {
        name: bought * c(short_name) for name, short_name in BUCKETS.items() if "write" not in name
    }
    sums |= {
        "input_cache_write_5m_tokens": pl.when(is_openai).then(0).otherwise(short),
        "input_cache_write_30m_tokens": pl.when(is_openai).then(short + long).otherwise(0),
        "input_cache_write_1h_tokens": pl.when(is_openai).then(0).otherwise(long),
    }

    def given_text(name: str, nothing: str = "") -> pl.Expr:
        return pl.when(c(name) != nothing).then(c(name))

    return (
        rows.join(providers, left_on="custom_llm_provider", right_on="provider_name", how="left")
        .with_columns(
            priced_at=pl.coalesce("segment_start_at", c("usage_date").cast(pl.Datetime("us"))),
            provider_id=pl.coalesce("provider_id", "custom_llm_provider"),
            account_id=c("organization_id"),
            credential_id=given_text("api_key"),
            team_id=given_text("team_id"),
            model_name=pl.when(c("model").str.to_lowercase().str.starts_with(prefix))
            .then(c("model").str.slice(prefix.str.len_chars()))
            .otherwise("model"),
            service_tier=pl.when(c("u_tier") == "batch")
            .then(pl.lit("batch"))
            .otherwise(pl.lit("standard")),
            request_status=pl.when("is_hit")
            .then(pl.lit("gateway_cache_hit"))
            .when(c("status") == "success")
            .then(pl.lit("succeeded"))
            .otherwise(pl.lit("failed")),
            customer_id=given_text("end_user"),
            tags=given_text("request_tags", "[]"),
        )
        .group_by(KEYS)
        .agg(
            c("requests").sum(),
            *[expression.sum().alias(name) for name, expression in sums.items()],
            c("spend").sum().cast(pl.Decimal(38, 12)).alias("reported_cost_usd"),
        )
    )


def usage_priced(daily: pl.DataFrame, given: Path) -> pl.DataFrame:
    """One row per group and meter with a quantity: its price and its cost."""
    meters = {"requests": "requests"} | {name: name.removesuffix("_tokens") for name in BUCKETS}
    metered = (
        daily.rename(meters)
        .unpivot(on=list(meters.values()), index=KEYS, variable_name="meter", value_name="quantity")
        .filter(c("quantity") > 0)
    )
    names = pl.read_parquet(given / "model_names.parquet")
    moments = metered.select("provider_id", "model_name", "priced_at").unique()
    known = (
        moments.join(names, on=["provider_id", "model_name"])
        .filter((c("priced_at") >= c("valid_from")) & (c("priced_at") < c("valid_to")))
        .drop("valid_from", "valid_to")
    )
    prices = pl.read_parquet(given / "prices.parquet").rename({"priced_tier": "service_tier"})
    owners = pl.read_parquet(given / "owners.parquet")
    price_key = ["provider_id", "model_key", "meter", "service_tier", "context_band_tokens"]
    owner_key = ["provider_id", "account_id", "credential_id", "team_id", "tags", "model_key"]
    free = pl.when(c("meter") == "requests").then(pl.lit(Decimal(0), dtype=pl.Decimal(20, 15)))
    femtos = c("price_per_unit_usd").to_physical()
    picos = (c("quantity").cast(pl.Int128) * femtos + 500) // 1000
    to_usd = pl.lit(Decimal("0.000000000001"), dtype=pl.Decimal(38, 12))
    return (
        metered.join(known, on=["provider_id", "model_name", "priced_at"], how="left")
        .with_columns(
            model_key=pl.coalesce(
                "model_key", c("model_name").str.to_lowercase(), pl.lit("unknown")
            )
        )
        .join(prices, on=[*price_key, "priced_at"], how="left")
        .join(owners, on=owner_key, how="left", nulls_equal=True)
        .with_columns(price_per_unit_usd=pl.coalesce("price_per_unit_usd", free))
        .with_columns(computed_cost_usd=picos.cast(pl.Decimal(38, 0)) * to_usd)
    )


def run(logs: str, given: Path, out: Path) -> None:
    """Write `usage_daily.parquet` and `usage_priced.parquet` below `out`."""
    out.mkdir(parents=True, exist_ok=True)
    daily = usage_daily(grouped(logs, given), given)
    daily.write_parquet(out / "usage_daily.parquet")
    usage_priced(daily, given).write_parquet(out / "usage_priced.parquet")


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
