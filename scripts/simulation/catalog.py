"""What the company buys: models, their list and negotiated prices, in picodollars per token.

One picodollar is 1e-12 USD. Every price is a whole number of them, so costs are exact integers.
"""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

METERS = (
    "input_uncached",
    "input_cache_read",
    "input_cache_write_5m",
    "input_cache_write_1h",
    "output_text",
)
PICO = Decimal(10) ** 12
USD_PER_MILLION = 10**6


@dataclass(frozen=True)
class Model:
    """A model, and what a million tokens of each meter cost at list price."""

    provider: str
    model_id: str
    reported_name: str
    usd_per_million: tuple[str, str, str, str, str]  # in the order of METERS
    has_known_price: bool = True


MODELS = (
    Model("openai", "gpt-5.1", "gpt-5.1-2025-11-13", ("1.25", "0.125", "0", "0", "10")),
    Model("openai", "gpt-5-mini", "gpt-5-mini-2025-08-07", ("0.25", "0.025", "0", "0", "2")),
    Model(
        "anthropic",
        "claude-sonnet-4-5",
        "claude-sonnet-4-5-20250929",
        ("3", "0.30", "3.75", "6", "15"),
    ),
    Model(
        "anthropic",
        "claude-haiku-4-5",
        "claude-haiku-4-5-20251001",
        ("1", "0.10", "1.25", "2", "5"),
    ),
    # in no catalog and on no price sheet: only the bill knows what it costs
    Model(
        "openai",
        "gpt-5.1-nightshift-preview",
        "gpt-5.1-nightshift-preview",
        ("2.20", "0.22", "0", "0", "16"),
        has_known_price=False,
    ),
    # served on a machine of its own: paid by the hour, a token has no price
    Model("hosted_vllm", "bge-m3", "bge-m3", ("0", "0", "0", "0", "0")),
)
GPT, MINI, SONNET, HAIKU, NIGHTSHIFT, EMBEDDING = range(len(MODELS))
SELF_HOSTED = MODELS[EMBEDDING].provider

# negotiated gpt-5-mini prices (input, cached input, output), before and after the change
NEGOTIATED_MINI = (("0.20", "0.02", "1.60"), ("0.18", "0.018", "1.44"))
NEGOTIATED_METERS = ("input_uncached", "input_cache_read", "output_text")

# the second, small gateway: no bill ever arrives for it
MISTRAL_MODEL = "mistral-small-2506"
MISTRAL_USD_PER_MILLION = {"input_uncached": "0.10", "output_text": "0.30"}


def picodollars(usd_per_million: str, share: Decimal = Decimal(1)) -> int:
    """Price of one token."""
    price = Decimal(usd_per_million) * share * PICO / USD_PER_MILLION
    assert price == int(price), usd_per_million
    return int(price)


def list_prices() -> NDArray[np.int64]:
    """Picodollars per token by [is_batch, model, meter]; only gpt-5-mini is used in batch."""
    prices = np.zeros((2, len(MODELS), len(METERS)), dtype=np.int64)
    for m, model in enumerate(MODELS):
        for k, price in enumerate(model.usd_per_million):
            prices[0, m, k] = picodollars(price)
            prices[1, m, k] = picodollars(price, Decimal("0.5"))
    return prices


def contract_prices() -> NDArray[np.int64]:
    """Picodollars per token by [after the change, is_batch, model, meter]: what is billed."""
    prices = np.stack([list_prices(), list_prices()])
    for period, negotiated in enumerate(NEGOTIATED_MINI):
        for meter, price in zip(NEGOTIATED_METERS, negotiated, strict=True):
            prices[period, 0, MINI, METERS.index(meter)] = picodollars(price)
            prices[period, 1, MINI, METERS.index(meter)] = picodollars(price, Decimal("0.5"))
    return prices


def usd(picodollar: int) -> Decimal:
    """Exact dollars."""
    return Decimal(picodollar).scaleb(-12)


def plain(number: Decimal) -> str:
    """Exact text without exponent or trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
