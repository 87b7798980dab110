"""Counter-based random integers: the draw for (seed, label, id) is the same on every machine.

SplitMix64 on unsigned integers only, so no library version or float rounding can move a number.
"""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


class Draws:
    """Independent random columns for a set of ids, one per label."""

    def __init__(self, seed: int, ids: NDArray[np.uint64]) -> None:
        """Draw for these ids; other ids with the same seed continue the same columns."""
        self.seed = seed
        self.ids = ids

    def of(self, chosen: NDArray) -> "Draws":
        """The same draws for a subset of the ids."""
        return Draws(self.seed, self.ids[chosen])

    def bits(self, label: str) -> NDArray[np.uint64]:
        """64 random bits per id; distinct ids give distinct values."""
        mask = 0xFFFFFFFFFFFFFFFF
        key = (
            zlib.crc32(label.encode()) * 0xD1B54A32D192ED03 + self.seed * 0x8CB92BA72F3D8DD7
        ) & mask
        x = self.ids * _GOLDEN + np.uint64(key)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))

    def below(self, label: str, limit: int) -> NDArray[np.int64]:
        """Uniform integers in [0, limit); limit below 2**31."""
        return (((self.bits(label) >> np.uint64(32)) * np.uint64(limit)) >> np.uint64(32)).astype(
            np.int64
        )

    def chance(self, label: str, per_mille: int) -> NDArray[np.bool_]:
        """True for about `per_mille` in a thousand ids."""
        return self.below(label, 1000) < per_mille

    def pick(self, label: str, weights: Sequence[int]) -> NDArray[np.int64]:
        """Index into `weights`, each with a probability proportional to its weight."""
        ends = np.cumsum(np.asarray(weights, dtype=np.int64))
        return np.searchsorted(ends, self.below(label, int(ends[-1])), side="right")

    def skewed(self, label: str, low: int, high: int) -> NDArray[np.int64]:
        """Integers in [low, high) with many small and few large ones (product of two uniforms)."""
        bits = self.bits(label)
        first = (bits >> np.uint64(48)).astype(np.int64)
        second = ((bits >> np.uint64(32)) & np.uint64(0xFFFF)).astype(np.int64)
        return low + ((first * second >> 16) * (high - low) >> 16)
