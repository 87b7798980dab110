"""The pricing keys of litellm: which meter, tier and threshold each is the price of."""

import re
from typing import NamedTuple

TIERS = {
    "batches": "batch",
    "batch_requests": "batch",
    "flex": "flex",
    "priority": "priority",
    "balanced": "balanced",
    "ultrafast": "ultrafast",
    "decisions": "decisions",
}
TIER = re.compile(rf"_({'|'.join(TIERS)})(?=_above_|$)")
THRESHOLD = re.compile(r"_above_(\d+)(k?)_tokens")
# what is in an entry beside prices
PRICING = re.compile(r"cost|pric|uplift|guardrail|provider_specific_entry")

# keys whose meaning does not depend on the kind of model
METERS = {
    "input_cost_per_token": "input_uncached",
    "output_cost_per_token": "output_text",
    "cache_read_input_token_cost": "input_cache_read",
    "input_cost_per_token_cache_hit": "input_cache_read",
    "cache_creation_input_token_cost": "input_cache_write",
    "cache_creation_input_token_cost_above_1hr": "input_cache_write_1h",
    "cache_creation_input_token_cost_above_12hr": "input_cache_write_12h",
    "cache_read_input_audio_token_cost": "input_cache_read_audio",
    "cache_read_input_token_cost_per_audio_token": "input_cache_read_audio",
    "cache_read_input_image_token_cost": "input_cache_read_image",
    "input_cost_per_audio_token": "input_audio",
    "input_cost_per_image_token": "input_image",
    "input_cost_per_video_token": "input_video",
    "output_cost_per_reasoning_token": "output_reasoning",
    "output_cost_per_audio_token": "output_audio",
    "output_cost_per_image_token": "output_image",
    "output_cost_per_video_token": "output_video",
    "input_cost_per_request": "requests",
    "input_cost_per_query": "queries",
    "input_cost_per_character": "characters",
    "ocr_cost_per_page": "pages",
    "annotation_cost_per_page": "pages",
    "code_interpreter_cost_per_session": "sessions",
    "output_cost_per_image": "images",
    "input_cost_per_pixel": "images",
    "output_cost_per_pixel": "images",
    "output_cost_per_video_per_second": "video_seconds",
}
# keys that price an input or an output by the kind of model
BY_MODE = {
    "input_cost_per_image": {"image_generation": "images", "embedding": "images"},
    "input_cost_per_second": {
        "audio_transcription": "audio_seconds",
        "realtime": "audio_seconds",
    },
    "input_cost_per_audio_per_second": {"embedding": "audio_seconds"},
    "input_cost_per_video_per_second": {"embedding": "video_seconds"},
    "output_cost_per_second": {
        "video_generation": "video_seconds",
        "audio_transcription": "audio_seconds",
        "audio_speech": "audio_seconds",
    },
}
VARIANTS = {"annotation_cost_per_page": "annotated"}
BY_SIZE = re.compile(r"output_cost_per_(image|second)_(\d+p|\d+k|\d+K|\d+(?:\.\d+)?K|\d+)")
# a second key for what another key says: it counts only where that one is absent
SECOND_NAMES = {
    "input_cost_per_token_cache_hit": "cache_read_input_token_cost",
    "cache_read_input_token_cost_per_audio_token": "cache_read_input_audio_token_cost",
    "input_cost_per_image": "output_cost_per_image",
    "input_cost_per_pixel": "input_cost_per_image",
    "output_cost_per_second": "input_cost_per_second",
}


class PriceKey(NamedTuple):
    """What a pricing key is the price of."""

    base: str
    meter: str
    service_tier: str
    context_over_tokens: int
    meter_variant: str


def is_pricing(name: str) -> bool:
    """Whether an attribute of an entry says something about prices."""
    return PRICING.search(name) is not None


def parse(name: str, mode: str) -> PriceKey | None:
    """A pricing key taken apart; None if it prices nothing that this warehouse meters."""
    tier, threshold, base = "standard", 0, name
    if found := TIER.search(base):
        tier, base = TIERS[found[1]], base[: found.start()] + base[found.end() :]
    if found := THRESHOLD.search(base):
        threshold = int(found[1]) * (1000 if found[2] else 1)
        base = base[: found.start()] + base[found.end() :]
    if base in METERS:
        return PriceKey(base, METERS[base], tier, threshold, VARIANTS.get(base, ""))
    if base in BY_MODE and mode in BY_MODE[base]:
        return PriceKey(base, BY_MODE[base][mode], tier, threshold, "")
    if found := BY_SIZE.fullmatch(base):
        meter = "images" if found[1] == "image" else "video_seconds"
        return PriceKey(base, meter, tier, threshold, found[2].lower())
    return None
