"""The picture of a home's day as SVG, for a screen and for paper: rooms by the hour, and the usual silence. Pure."""

from collections.abc import Mapping
from html import escape
from typing import Final

from gateway.rhythm.day import SLOTS, LearnedDay
from gateway.rhythm.picture_words import WORDS, room_word

WIDTH: Final = 1_120
_LEFT, _RIGHT = 130, 40
_CELL = (WIDTH - _LEFT - _RIGHT) / SLOTS
_ROW, _GAP = 40, 8
_TOP = 148
_CHART = 170
_FONT = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei','Segoe UI',sans-serif"
_INK, _SOFT, _LINE, _PAPER, _NIGHT = "#1d2b33", "#5d6f78", "#dfe6e4", "#fbfaf7", "#eef1f4"
_SHADES = ("#f1efe8", "#d9ebe4", "#aed6c9", "#74b9a8", "#3d9485", "#1b6d64", "#0b4b47")
"""From never to every day; told apart on grey paper and by eyes that see no green, for they only grow darker."""
_AMBER, _AMBER_FILL = "#b5651d", "#f3d9b8"


def svg(day: LearnedDay, language: str) -> str:
    """The picture, a whole SVG document."""
    words = WORDS[language]
    rooms = _TOP + len(day.rooms) * (_ROW + _GAP)
    chart = rooms + 92
    height = chart + _CHART + 104
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{_FONT}" lang="{language}">',
        f"<title>{escape(words['title'])}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="{_PAPER}"/>',
        *_heading(day, words),
        *_nights(_TOP - 10, rooms - _TOP + 10),
        *_rooms(day, language),
        *_hours(rooms + 14),
        *_nights(chart, _CHART),
        *_silence(day, words, chart),
        *_hours(chart + _CHART + 22),
        _text(_LEFT, height - 42, words["asks"], size=14, fill=_INK),
        _text(_LEFT, height - 20, words["private"], size=13, fill=_SOFT),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _heading(day: LearnedDay, words: Mapping[str, str]) -> list[str]:
    seen = words["seen"].format(first=day.first, last=day.last, days=day.days) if day.days else words["unknown"]
    parts = [
        _text(_LEFT, 54, words["title"], size=30, fill=_INK, weight=600),
        _text(_LEFT, 82, seen, size=15, fill=_SOFT),
        _text(_LEFT, 122, words["rooms"], size=15, fill=_INK),
    ]
    right = WIDTH - _RIGHT
    begins = right - 66 - len(_SHADES) * 22
    parts.append(_text(begins - 8, 122, words["never"], size=13, fill=_SOFT, anchor="end"))
    for number, shade in enumerate(_SHADES):
        parts.append(f'<rect x="{begins + number * 22:.1f}" y="110" width="20" height="14" rx="3" fill="{shade}"/>')
    return [*parts, _text(begins + len(_SHADES) * 22 + 6, 122, words["always"], size=13, fill=_SOFT)]


def _rooms(day: LearnedDay, language: str) -> list[str]:
    parts = []
    for number, (room, shares) in enumerate(day.rooms.items()):
        top = _TOP + number * (_ROW + _GAP)
        parts.append(_text(_LEFT - 14, top + _ROW / 2 + 6, room_word(room, language), size=17, fill=_INK, anchor="end"))
        for slot, share in enumerate(shares):
            shade = _SHADES[0 if share == 0 else min(len(_SHADES) - 1, 1 + int(share * (len(_SHADES) - 1)))]
            x = _LEFT + slot * _CELL
            parts.append(
                f'<rect x="{x + 0.75:.1f}" y="{top}" width="{_CELL - 1.5:.1f}" height="{_ROW}" rx="4" fill="{shade}">'
                f"<title>{escape(room_word(room, language))} {_clock(slot)} {share:.0%}</title></rect>"
            )
    return parts


def _silence(day: LearnedDay, words: Mapping[str, str], top: float) -> list[str]:
    known = [minutes / 60 for minutes in day.silence_minutes if minutes is not None]
    longest = max(2.0, *(round(hours + 0.5) for hours in known)) if known else 2.0
    step = 1 if longest <= 4 else 2 if longest <= 8 else 4
    parts = [_text(_LEFT, top - 18, words["silence"], size=15, fill=_INK)]
    for hours in range(0, int(longest) + 1, step):
        y = top + _CHART - hours / longest * _CHART
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}" stroke="{_LINE}"/>')
        parts.append(_text(_LEFT - 14, y + 5, f"{hours} {words['hours']}", size=13, fill=_SOFT, anchor="end"))
    for run in _runs(day.silence_minutes):
        points = [
            (_LEFT + (slot + 0.5) * _CELL, top + _CHART - minutes / 60 / longest * _CHART) for slot, minutes in run
        ]
        line = " L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        floor = f"L{points[-1][0]:.1f} {top + _CHART} L{points[0][0]:.1f} {top + _CHART}Z"
        parts.append(f'<path d="M{line} {floor}" fill="{_AMBER_FILL}" fill-opacity="0.75"/>')
        parts.append(f'<path d="M{line}" fill="none" stroke="{_AMBER}" stroke-width="2.5" stroke-linejoin="round"/>')
    return parts


def _runs(silences: tuple[float | None, ...]) -> list[list[tuple[int, float]]]:
    """Stretches of half-hours that are known, without those that are not."""
    runs: list[list[tuple[int, float]]] = [[]]
    for slot, minutes in enumerate(silences):
        if minutes is None:
            runs.append([])
        else:
            runs[-1].append((slot, minutes))
    return [run for run in runs if run]


def _nights(top: float, height: float) -> list[str]:
    """A veil over the dark hours, so that the eye finds day and night."""
    spans = ((0, 12), (44, SLOTS))
    return [
        f'<rect x="{_LEFT + first * _CELL:.1f}" y="{top}" width="{(last - first) * _CELL:.1f}" height="{height}" '
        f'fill="{_NIGHT}"/>'
        for first, last in spans
    ]


def _hours(y: float) -> list[str]:
    return [
        _text(_LEFT + hour * 2 * _CELL, y, f"{hour:02d}:00", size=13, fill=_SOFT, anchor="middle")
        for hour in range(0, 25, 3)
    ]


def _clock(slot: int) -> str:
    return f"{slot // 2:02d}:{slot % 2 * 30:02d}"


def _text(x: float, y: float, text: str, *, size: int, fill: str, anchor: str = "start", weight: int = 400) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{fill}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )
