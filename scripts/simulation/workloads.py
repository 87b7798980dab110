"""What the company does with AI: kinds of traffic, their rhythm, models and token shape."""

from dataclasses import dataclass, field

from .catalog import EMBEDDING, GPT, HAIKU, MINI, NIGHTSHIFT, SONNET
from .world import World

_OFFICE = [2, 1, 1, 1, 1, 2, 8, 20, 55, 90, 100, 90, 60, 80, 95, 90, 80, 60, 40, 30, 20, 12, 6, 3]
_ALL_DAY = [
    10,
    8,
    6,
    6,
    6,
    8,
    14,
    22,
    30,
    34,
    36,
    40,
    44,
    42,
    40,
    38,
    40,
    44,
    50,
    52,
    48,
    38,
    26,
    16,
]


def _only(*hours: int) -> list[int]:
    return [100 if hour in hours else 0 for hour in range(24)]


@dataclass(frozen=True)
class Kind:
    """One kind of traffic; a unit of work of it is one session of 1 to len(sizes) requests."""

    name: str
    weight: int  # share of sessions
    sizes: list[int]  # weights of 1, 2, ... requests
    hours: list[int]
    models: dict[int, int]
    system_tokens: int
    fresh_tokens: tuple[int, int]
    output_tokens: tuple[int, int]
    gap_ms: int = 10_000
    feature: str = ""
    team: str = ""
    event_type: str = ""
    weekend: int = 30  # traffic of a weekend day in percent of a weekday
    weekdays: tuple[int, ...] = field(default=tuple(range(7)))
    month_end_peak: int = 100


KINDS = (
    Kind(
        "chat", 32, [15, 20, 20, 20, 15, 10], _OFFICE,
        {SONNET: 540, GPT: 250, MINI: 198, NIGHTSHIFT: 12},
        1792, (60, 1500), (40, 700), 90_000, "support_chat", "team_support", "chat_resolved",
    ),
    Kind(
        "invoice", 30, [75, 25], _only(1, 2), {MINI: 838, HAIKU: 150, NIGHTSHIFT: 12},
        896, (500, 4500), (20, 140), 20_000, "invoice_categorisation", "team_finance",
        "invoice_categorised", month_end_peak=250,
    ),
    Kind(
        "recommendation", 28, [1], _ALL_DAY, {MINI: 588, HAIKU: 400, NIGHTSHIFT: 12},
        1152, (150, 900), (30, 180), 10_000, "recommendations", "team_growth",
        "recommendation_shown", weekend=110,
    ),
    # evaluation runs of the research team: own project and key, never through the gateway
    Kind(
        "evaluation", 8, [1], _only(20), {GPT: 70, MINI: 30},
        1536, (1500, 9000), (100, 1600), 10_000, "model_evaluation", weekdays=(1, 3),
    ),
    # scripts that use the gateway without saying for whom
    Kind(
        "adhoc", 2, [1], _OFFICE, {GPT: 50, SONNET: 50},
        256, (100, 3000), (40, 900), 10_000,
    ),
    # whole batches of passages, embedded by a model on the company's own machine
    Kind(
        "search", 6, [1], _ALL_DAY, {EMBEDDING: 1},
        0, (20_000, 160_000), (0, 1), 10_000, "search", "team_search",
    ),
)  # fmt: skip
CHAT, INVOICE, RECOMMENDATION, EVALUATION, ADHOC, SEARCH = range(len(KINDS))
CUSTOMER_KINDS = (CHAT, INVOICE, RECOMMENDATION)


def day_weights(world: World, kind: Kind) -> list[int]:
    """Weight of every day: working week, growth of half a percent a day, month-end closing."""
    weights = []
    for d in range(world.days):
        date = world.day(d)
        weight = (kind.weekend if date.weekday() >= 5 else 100) * (200 + d)
        if world.day(d + 3).month != date.month:
            weight = weight * kind.month_end_peak // 100
        weights.append(weight if date.weekday() in kind.weekdays else 0)
    return weights if any(weights) else [1] * world.days
