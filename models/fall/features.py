"""What a window around an impact says, in numbers that do not change when the sensor is turned.

A window is WINDOW samples at 50 Hz with the impact at index ANCHOR. Everything is taken from |a|, from the component
along gravity as it was before the event, from what remains across it, and from angles between mean accelerations:
a rotation of the sensor changes none of these.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

RATE_HZ = 50.0
ANCHOR = 125
"""Samples before the impact: 2.5 s."""
WINDOW = 300
"""2.5 s before and 3.5 s after: a verdict within 4 s of the impact."""

_EDGES = (0, 50, 75, 100, 115, 120, 131, 145, 165, 190, 225, 262, 300)
_STARTS = np.array(_EDGES[:-1])
_LENGTHS = np.diff(np.array(_EDGES))
_LONG = 25
_SHORT = 5
_TINY = 1e-6


def channels(windows: Floats) -> Floats:
    """The orientation-free signals of windows (n, WINDOW, 3) in g: (n, 4, WINDOW).

    |a|, the component along gravity before the event, the remainder across it, and the cosine between the
    acceleration of half a second and that gravity.
    """
    down = windows[:, :75].mean(axis=1)
    down = down / (norm(down)[:, None] + _TINY)
    size = norm(windows)
    along = np.einsum("nti,ni->nt", windows, down)
    across = np.sqrt(np.maximum(size * size - along * along, 0.0))
    slow = _moving_mean(windows, _LONG)
    tilt = np.einsum("nti,ni->nt", slow, down) / (norm(slow) + _TINY)
    return np.stack([size, along, across, tilt], axis=1)


def features(windows: Floats, signals: Floats | None = None) -> Floats:
    """The features of windows (n, WINDOW, 3) in g: (n, FEATURES)."""
    signals = channels(windows) if signals is None else signals
    size, along, tilt = signals[:, 0], signals[:, 1], signals[:, 3]
    slow = _moving_mean(windows, _LONG)
    unrest = norm(windows - slow)
    jerk = np.zeros_like(size)
    jerk[:, 1:] = norm(windows[:, 1:] - windows[:, :-1]) * RATE_HZ
    columns = _angles(windows)
    columns += _impact(size, along)
    columns += _rest(size, unrest, jerk, tilt)
    columns += _bands(size)
    return np.concatenate([_parts(signals, jerk, unrest), np.stack(columns, axis=1)], axis=1)


def stillness(windows: Floats) -> Floats:
    """Per sample of (n, m, 3), (n, m): how far the acceleration is from that of the half second around it, in g."""
    return _moving_mean(norm(windows - _moving_mean(windows, _LONG)), _SHORT)


def posture_change(windows: Floats) -> Floats:
    """The angle in degrees between gravity before the event and at the end of the window, (n,)."""
    return _degrees(windows[:, :75].mean(axis=1), windows[:, 225:].mean(axis=1))


def norm(vectors: Floats) -> Floats:
    """The length of vectors (…, 3)."""
    return np.sqrt(vectors[..., 0] ** 2 + vectors[..., 1] ** 2 + vectors[..., 2] ** 2)


def _moving_mean(values: Floats, length: int) -> Floats:
    """The mean over `length` samples (odd) around each, along axis 1; the edges repeat."""
    half = length // 2
    head = np.repeat(values[:, :1], half + 1, axis=1)
    tail = np.repeat(values[:, -1:], half, axis=1)
    total = np.cumsum(np.concatenate([head, values, tail], axis=1), axis=1)
    moved: Floats = (total[:, length:] - total[:, :-length]) / length
    return moved


def _means(values: Floats) -> Floats:
    return np.asarray(np.add.reduceat(values, _STARTS, axis=1) / _LENGTHS, dtype=np.float64)


def _lows(values: Floats) -> Floats:
    return np.asarray(np.minimum.reduceat(values, _STARTS, axis=1), dtype=np.float64)


def _highs(values: Floats) -> Floats:
    return np.asarray(np.maximum.reduceat(values, _STARTS, axis=1), dtype=np.float64)


def _parts(signals: Floats, jerk: Floats, unrest: Floats) -> Floats:
    """Mean, spread and extremes of the signals in each part of the window."""
    size, along, across, tilt = (signals[:, index] for index in range(4))
    spread = np.sqrt(np.maximum(_means(size * size) - _means(size) ** 2, 0.0))
    level = [_means(size), spread, _lows(size), _highs(size), _means(along), _lows(along), _highs(along)]
    level += [_means(across), _highs(across), _means(tilt)]
    quick = [np.log(each + 1e-3) for each in (_means(jerk), _highs(jerk), _means(unrest))]
    return np.concatenate(level + quick, axis=1)


def _quantiles(values: Floats, shares: Sequence[float]) -> list[Floats]:
    ordered = np.sort(values, axis=1)
    return [ordered[:, int(share * (values.shape[1] - 1))] for share in shares]


def _degrees(one: Floats, other: Floats) -> Floats:
    cosine = (one * other).sum(axis=1) / (norm(one) * norm(other) + _TINY)
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))), dtype=np.float64)


_SPANS = ((0, 75), (75, 110), (145, 190), (190, 240), (240, 300))
_ONE, _OTHER = np.array([(0, 1), (0, 2), (0, 3), (0, 4), (1, 2), (1, 4), (2, 3), (3, 4)]).T


def _angles(windows: Floats) -> list[Floats]:
    """Between the mean accelerations of five spans of the window, and how large the first and the last are."""
    means = np.stack([windows[:, begin:end].mean(axis=1) for begin, end in _SPANS], axis=1)
    sizes = norm(means)
    products = (means[:, _ONE] * means[:, _OTHER]).sum(axis=2)
    cosines = products / (sizes[:, _ONE] * sizes[:, _OTHER] + _TINY)
    degrees = np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0)))
    return [*degrees.T, sizes[:, 0], sizes[:, -1]]


def _impact(size: Floats, along: Floats) -> list[Floats]:
    before = _moving_mean(size, _SHORT)[:, 60:ANCHOR]
    lack = np.maximum(1.0 - size[:, 60:ANCHOR], 0.0).sum(axis=1) / RATE_HZ
    excess = np.maximum(size[:, ANCHOR - 10 : ANCHOR + 25] - 1.0, 0.0).sum(axis=1) / RATE_HZ
    speed = np.cumsum(1.0 - along[:, 60 : ANCHOR + 1], axis=1) / RATE_HZ
    peak = size[:, ANCHOR]
    around = np.sort(size[:, ANCHOR - 25 : ANCHOR + 50], axis=1)
    return [
        before.min(axis=1),
        (before.shape[1] - before.argmin(axis=1)) / RATE_HZ,
        (before < 0.6).sum(axis=1) / RATE_HZ,
        (before < 0.8).sum(axis=1) / RATE_HZ,
        lack,
        excess,
        speed.max(axis=1),
        speed[:, -1],
        peak,
        peak - before.min(axis=1),
        _moving_mean(size, _SHORT)[:, ANCHOR],
        *(around[:, -rank] for rank in (3, 6, 12, 24)),
        peak / (size[:, ANCHOR + 40 :].max(axis=1) + _TINY),
        peak / (size[:, : ANCHOR - 25].max(axis=1) + _TINY),
        *((size > limit).sum(axis=1) / RATE_HZ for limit in (1.3, 1.6, 2.0, 3.0)),
        *((size[:, ANCHOR + 30 :] > limit).sum(axis=1) / RATE_HZ for limit in (1.15, 1.3, 1.6)),
        *((size[:, : ANCHOR - 25] > limit).sum(axis=1) / RATE_HZ for limit in (1.15, 1.3, 1.6)),
    ]


def _rest(size: Floats, unrest: Floats, jerk: Floats, tilt: Floats) -> list[Floats]:
    after = _moving_mean(unrest, _SHORT)[:, ANCHOR + 15 :]
    columns: list[Floats] = []
    for limit in (0.03, 0.08, 0.2):
        moving = after > limit
        last = after.shape[1] - moving[:, ::-1].argmax(axis=1)
        columns.append(np.where(moving.any(axis=1), last, 0) / RATE_HZ)
        columns.append(moving.sum(axis=1) / RATE_HZ)
    for part in (size[:, : ANCHOR - 25], size[:, ANCHOR + 40 :]):
        columns += _quantiles(part, (0.05, 0.25, 0.5, 0.75, 0.95))
    columns += [np.log(each + 1e-3) for each in _quantiles(jerk[:, ANCHOR + 60 :], (0.25, 0.5, 0.9))]
    columns += [tilt.min(axis=1), tilt[:, ANCHOR:].min(axis=1), tilt[:, ANCHOR + 75 :].std(axis=1)]
    columns.append(np.abs(np.diff(tilt[:, ::10], axis=1)).max(axis=1))
    rising = np.diff((size[:, :, None] > np.array([1.2, 1.6])).astype(np.int8), axis=1) > 0
    columns += [
        rising[:, half, index].sum(axis=1) * 1.0 for half in (slice(0, 115), slice(140, 299)) for index in (0, 1)
    ]
    return columns


def _bands(size: Floats) -> list[Floats]:
    columns: list[Floats] = []
    for part in (size[:, : ANCHOR - 15], size[:, ANCHOR + 25 :]):
        power = np.abs(np.fft.rfft(part - part.mean(axis=1, keepdims=True), axis=1)) ** 2 / part.shape[1]
        hertz = np.fft.rfftfreq(part.shape[1], 1.0 / RATE_HZ)
        for low, high in ((0.3, 1.5), (1.5, 3.0), (3.0, 6.0), (6.0, 12.0)):
            columns.append(np.log(power[:, (hertz >= low) & (hertz < high)].sum(axis=1) + 1e-5))
    return columns


FEATURES = features(np.ones((1, WINDOW, 3))).shape[1]
"""How many features a window has."""
