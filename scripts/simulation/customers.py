"""Who buys: customers with Zipf-like volume, some leaving and some joining, and what they pay."""

from dataclasses import dataclass
from decimal import Decimal
from math import isqrt

import numpy as np

from .randomness import Draws
from .workloads import CUSTOMER_KINDS, KINDS
from .world import World

_SUBSCRIBED_PER_MILLE = {"support_chat": 900, "invoice_categorisation": 600, "recommendations": 500}
_ALWAYS_THERE = 3  # the largest customers have everything, all the time


def customer_id(number: int) -> str:
    """Number 0 is the unknown customer."""
    return f"cust-{number:04d}" if number else ""


@dataclass(frozen=True)
class Subscription:
    """What a customer pays for a feature in one month."""

    customer: int
    feature: str
    month: int
    monthly_usd: Decimal


class Customers:
    """All customers: customer number n is the n-th largest."""

    def __init__(self, world: World) -> None:
        """Draw who subscribes to what, who leaves and who joins."""
        self.world = world
        self.numbers = np.arange(1, world.customers + 1, dtype=np.uint64)
        self.volume = 10**6 // self.numbers.astype(np.int64)
        draws = Draws(world.seed, self.numbers)
        large = self.numbers <= _ALWAYS_THERE
        self._leaves = draws.chance("customer leaves", 90) & ~large
        self._joins_late = draws.chance("customer joins", 90) & ~large & ~self._leaves
        self._subscribed = {
            feature: draws.chance(f"subscribes {feature}", share) | large
            for feature, share in _SUBSCRIBED_PER_MILLE.items()
        }

    def weights(self, feature: str, month: int) -> np.ndarray:
        """Volume of each customer in a feature and month; 0 = no customer of it then."""
        active = ~self._joins_late if month == 0 else ~self._leaves
        return np.where(self._subscribed[feature] & active, self.volume, 0)

    def subscriptions(self) -> list[Subscription]:
        """Prices grow slower than volume, so that some large customers cost more than they pay."""
        weight = sum(k.weight for k in KINDS)
        found = []
        for kind in (KINDS[k] for k in CUSTOMER_KINDS):
            pool_cents = self.world.requests * 3 * kind.weight // weight // len(self.world.months)
            share = [isqrt(int(v)) for v in self.volume]
            for month in range(len(self.world.months)):
                for c in np.flatnonzero(self.weights(kind.feature, month)):
                    cents = max(5, pool_cents * share[c] // sum(share) // 5 * 5)
                    price = Decimal(cents).scaleb(-2)
                    found.append(Subscription(int(c) + 1, kind.feature, month, price))
        return found
