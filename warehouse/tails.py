"""Tails of counts: how likely is it to see so few? Exact sums, no approximations that fail for small numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

MOST_SCATTER = 8.0  # a history wilder than that is judged as if it were that wild


def few(count: int, mean: float, scatter: float) -> float:
    """P(X <= count) of a count with this mean whose variance is ``scatter`` (>= 1) times its mean.

    Poisson for scatter 1, else negative binomial. Sums of such days have the summed mean and the same scatter.
    """
    if mean <= 0:
        return 1.0
    terms = (_poisson(k, mean) if scatter <= 1.001 else _negative_binomial(k, mean, scatter) for k in range(count + 1))
    return min(1.0, math.fsum(terms))


def few_of(successes: int, trials: int, share: float) -> float:
    """P(X <= successes) of ``trials`` that each succeed with probability ``share``."""
    share = min(max(share, 1e-9), 1 - 1e-9)
    logs = math.log(share), math.log1p(-share)
    terms = (
        math.exp(math.log(math.comb(trials, k)) + k * logs[0] + (trials - k) * logs[1]) for k in range(successes + 1)
    )
    return min(1.0, math.fsum(terms))


def typical(counts: Sequence[int]) -> tuple[float, float]:
    """Mean without the fifth that is least and the fifth that is most, and the scatter (variance by mean, 1 to 8).

    Of counts below 2 a day nothing is left out: their few ones are no outliers.
    """
    ordered = sorted(counts)
    cut = len(ordered) // 5
    kept = ordered[cut : len(ordered) - cut]
    mean = math.fsum(kept) / len(kept)
    mean = mean if mean >= 2 else math.fsum(ordered) / len(ordered)
    clipped = [min(max(count, kept[0]), kept[-1]) for count in ordered]
    centre = math.fsum(clipped) / len(clipped)
    variance = math.fsum((count - centre) ** 2 for count in clipped) / max(1, len(clipped) - 1)
    return mean, min(max(1.0, variance / max(mean, 0.1)), MOST_SCATTER)


def _poisson(k: int, mean: float) -> float:
    return math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))


def _negative_binomial(k: int, mean: float, scatter: float) -> float:
    size = mean / (scatter - 1)
    log = math.lgamma(k + size) - math.lgamma(size) - math.lgamma(k + 1)
    return math.exp(log - size * math.log(scatter) + k * math.log1p(-1 / scatter))
