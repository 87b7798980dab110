"""The small tables that a hand-written token path takes as given, out of a built warehouse.

python -m benchmark.given WAREHOUSE FOLDER
"""

import sys
from pathlib import Path

import duckdb

LOG = "litellm.spend_logs"
TABLES = {
    "bands": """
        select distinct names.provider_name, bands.over_tokens
        from main_intermediate.int_context_bands as bands
        inner join (
            select provider_name, provider_id from main_seeds.provider_names
            union
            select distinct provider_id, provider_id from main_intermediate.int_token_usage_daily
        ) as names using (provider_id)
        where provider_id in (
            select provider_id from main_intermediate.int_token_usage_daily
            where usage_source = 'litellm.spend_logs'
        )
    """,
    "context_bands": "select * from main_intermediate.int_context_bands",
    "segments": "select * from main_intermediate.int_price_segments",
    "windows": "select * from main_intermediate.int_price_windows",
    "marginal": "select * from main_intermediate.int_marginal_thresholds",
    "service_tiers": "select * from main_seeds.service_tiers",
    "quotas": "select * from main_intermediate.int_free_quota_days",
    "providers": "select provider_name, provider_id from main_seeds.provider_names",
    "model_names": """
        select
            provider_id, model_name, model_id, model_key, valid_from, valid_to,
            deployment_service_tier, deployment_region_id
        from main_intermediate.int_model_names
    """,
    "all_prices": "select * from main_intermediate.int_usage_prices",
    "prices": """
        select
            provider_id, model_key, meter, priced_tier, context_band_tokens, priced_at,
            price_id, price_per_unit_usd
        from main_intermediate.int_usage_prices
        where
            region_id = '' and meter_variant = '' and price_window_minute = 0
            and marginal_prompt_tokens = 0
    """,
    # whose the tokens are is decided by rules, not by the log: not part of what is compared
    "owners": """
        with attributes as (
            select distinct
                provider_id, account_id, project_id, credential_id, team_id, tags, model_key,
                md5(concat_ws(
                    chr(31),
                    coalesce(provider_id, chr(30)), coalesce(account_id, chr(30)),
                    coalesce(project_id, chr(30)), coalesce(credential_id, chr(30)),
                    coalesce(team_id, chr(30)), coalesce(tags, chr(30)), chr(30),
                    coalesce(model_key, chr(30))
                )) as attributes_id
            from main_intermediate.int_token_usage_named
            where usage_source = 'litellm.spend_logs'
        )

        select attributes.* exclude (attributes_id), matches.workload_id
        from attributes
        inner join main_intermediate.int_workload_matches as matches using (attributes_id)
    """,
}


def write_given(warehouse: Path, folder: Path) -> None:
    """Write each table as Parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse), read_only=True) as con:
        for name, sql in TABLES.items():
            con.execute(f"copy ({sql}) to '{folder / name}.parquet' (format parquet)")


def context_bands(folder: Path) -> list[tuple[str, int]]:
    """Provider as the log spells it, and tokens of a prompt above which a band begins.

    The highest first: the first that holds is the band.
    """
    with duckdb.connect() as con:
        rows = con.execute(
            f"select provider_name, over_tokens from '{folder / 'bands.parquet'}'"
            " order by over_tokens desc, provider_name"
        ).fetchall()
    return [(name, int(over)) for name, over in rows]


def price_segments(folder: Path) -> list[tuple[str, str, str, str]]:
    """Provider, day, start and end of the parts of days in which a price changed."""
    with duckdb.connect() as con:
        return con.execute(
            "select provider_id, usage_date::text, segment_start_at::text, segment_end_at::text"
            f" from '{folder / 'segments.parquet'}' order by all"
        ).fetchall()


def context_band_sql(folder: Path, prompt: str) -> str:
    """The band of a prompt as a case expression; a range join would sort all rows."""
    cases = " ".join(
        f"when {prompt} > {over} and custom_llm_provider = '{name}' then {over}"
        for name, over in context_bands(folder)
    )
    return f"cast(case {cases} else 0 end as bigint)" if cases else "cast(0 as bigint)"


if __name__ == "__main__":
    write_given(Path(sys.argv[1]), Path(sys.argv[2]))
