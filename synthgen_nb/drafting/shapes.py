"""Distributions as integers at their quantiles: made here, once, in floating point; the row path only interpolates."""

from __future__ import annotations

import math
from functools import lru_cache

from ..specs import Shaped

_BINS = 64


def log_normal(low: int, high: int, middle: int, spread: float, *, step: int = 1, scale: int = 0) -> Shaped:
    """Integers in low..high around the median `middle`, `spread` in natural log units: prices, sizes, durations."""
    middle = max(min(middle, high), low, 1)
    points = []
    for k in range(_BINS + 1):
        quantile = min(max(k / _BINS, 0.25 / _BINS), 1 - 0.25 / _BINS)
        points.append(min(max(round(middle * math.exp(spread * _normal_quantile(quantile))), low), high))
    points[0], points[-1] = max(low, min(points[0], points[1])), max(points[-1], points[-2])
    return Shaped(points=tuple(_multiple(p, low, high, step) for p in points), step=step, scale=scale)


def normal(low: int, high: int, mean: int, deviation: int, *, step: int = 1, scale: int = 0) -> Shaped:
    """Integers in low..high around `mean`, two thirds of them within one `deviation`."""
    quantiles = (min(max(k / _BINS, 0.25 / _BINS), 1 - 0.25 / _BINS) for k in range(_BINS + 1))
    points = [min(max(round(mean + deviation * _normal_quantile(q)), low), high) for q in quantiles]
    return Shaped(points=tuple(_multiple(p, low, high, step) for p in points), step=step, scale=scale)


def halves(low: int, high: int, middle: int, *, step: int = 1, scale: int = 0) -> Shaped:
    """Integers in low..high of which half lie below `middle`, evenly on either side."""
    half = _BINS // 2
    points = [low + (middle - low) * k // half for k in range(half)]
    points += [middle + (high - middle) * k // half for k in range(half + 1)]
    return Shaped(points=tuple(_multiple(p, low, high, step) for p in points), step=step, scale=scale)


def recent(low: int, high: int, *, step: int = 1) -> Shaped:
    """Days or microseconds in low..high, denser towards the end, as a growing business has it."""
    span = high - low
    points = [low + round(span * math.sqrt(k / _BINS)) for k in range(_BINS + 1)]
    base = low % step
    return Shaped(points=tuple((p - base) // step * step for p in points), step=step, offset=base)


def _multiple(value: int, low: int, high: int, step: int) -> int:
    """The multiple of `step` next below, moved into low..high where there is one."""
    down = value // step * step
    return down if down >= low else min(-(-low // step) * step, high)


@lru_cache(_BINS + 1)
def _normal_quantile(p: float) -> float:
    """Inverse of the normal distribution by bisection on math.erf: slow and plain, for the same 65 points."""
    low, high = -8.0, 8.0
    for _ in range(60):
        middle = (low + high) / 2
        if 0.5 * (1 + math.erf(middle / math.sqrt(2))) < p:
            low = middle
        else:
            high = middle
    return (low + high) / 2
