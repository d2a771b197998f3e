"""What the watch concludes, with its evidence, in the words of an operator."""

from dataclasses import dataclass
from typing import Literal

VerdictKind = Literal["inactivity", "not_up", "bathroom_long", "out_too_long", "night_wandering", "routine_change"]
Stage = Literal["prompt", "alarm", "note"]

_WHAT = {
    "inactivity": ("no movement since {clock} ({room})", "自{clock}起无活动（最后在{room}）"),
    "not_up": ("has not got up: no movement since {clock} ({room})", "尚未起床：自{clock}起无活动（最后在{room}）"),
    "bathroom_long": ("in the bathroom since {clock}", "自{clock}起一直在卫生间"),
    "out_too_long": ("left the home at {clock} and has not come back", "{clock}出门后未归"),
    "night_wandering": ("went out at night at {clock} and has not come back", "夜间{clock}外出未归"),
}
_USUAL = ("; at this hour the longest usual silence is {usual}", "；此时段平常最长安静{usual}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One conclusion. `since` and `at` are UTC seconds; `clock` is the home's wall-clock time of `since`.

    `silent_hours` and `usual_hours` (the longest usual silence at this hour, None while it is not known) are the
    evidence; `change` is what a routine change consists of, in both languages.
    """

    kind: VerdictKind
    stage: Stage
    since: float
    at: float
    clock: str
    room: str
    silent_hours: float
    usual_hours: float | None = None
    change: tuple[str, str] | None = None

    @property
    def explanation(self) -> str:
        """In English."""
        return self._say(0)

    @property
    def explanation_zh(self) -> str:
        """In Chinese."""
        return self._say(1)

    def _say(self, language: int) -> str:
        if self.change is not None:
            return self.change[language]
        room = self.room or ("no room known", "未知")[language]
        text = _WHAT[self.kind][language].format(clock=self.clock, room=room)
        text += ", "[: 2 - language] if language == 0 else "，已"
        text += duration(self.silent_hours, language)
        if self.usual_hours is not None:
            text += _USUAL[language].format(usual=duration(self.usual_hours, language))
        return text


def duration(hours: float, language: int) -> str:
    """Hours as "3 h 40" (language 0), or as "3 小时 40 分" (language 1)."""
    whole, minutes = divmod(round(hours * 60), 60)
    if language:
        return f"{whole} 小时 {minutes} 分" if whole else f"{minutes} 分钟"
    return f"{whole} h {minutes:02d}" if whole else f"{minutes} min"


@dataclass(frozen=True, slots=True)
class Fault:
    """Bad input since the faults were last taken: how often, when last, and what to do about it."""

    kind: Literal["out_of_order", "future", "duplicate", "clock_back", "unknown_sensor"]
    at: float
    count: int
    remedy: str
