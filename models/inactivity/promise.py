"""What the watch can promise with the sensors of a home."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.inactivity.sensors import Place, Sensor, place_of


@dataclass(frozen=True, slots=True)
class Promise:
    """`protected` is whether inactivity is watched at all; `words` and `words_zh` say what is and what is not."""

    protected: bool
    kinds: tuple[str, ...]
    words: str
    words_zh: str


_NONE = Promise(
    False,
    (),
    "no inactivity protection: no sensor here sees everyday activity",
    "无居家活动监护：没有能感知日常活动的传感器",
)


def promise_of(sensors: Sequence[Sensor]) -> Promise:
    """By what is there: rooms seen, the way out, the bed, the bathroom."""
    seeing = [sensor for sensor in sensors if sensor.kind not in ("door", "button")]
    if not seeing:
        return _NONE
    places = {place_of(sensor) for sensor in sensors}
    kinds = ["inactivity"]
    said = [f"silence in {len({sensor.room for sensor in seeing})} room(s)"]
    said_zh = [f"监护 {len({sensor.room for sensor in seeing})} 个房间的长时间无活动"]
    if Place.BEDROOM in places:
        kinds.append("not_up")
        said.append("not getting up")
        said_zh.append("未按时起床")
    if Place.BATHROOM in places:
        kinds.append("bathroom_long")
        said.append("staying in the bathroom")
        said_zh.append("卫生间停留过久")
    if Place.ENTRY in places:
        kinds += ["out_too_long", "night_wandering"]
        said.append("not coming back")
        said_zh.append("外出未归")
    else:
        said.append("NOT seen: going out (no sensor at the door), so an outing may be taken for silence")
        said_zh.append("无门口传感器，外出可能被误判为无活动")
    return Promise(True, tuple(kinds), "; ".join(said), "；".join(said_zh))
