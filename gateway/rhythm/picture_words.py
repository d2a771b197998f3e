"""The words of the picture of a home's day, in the languages that the house speaks."""

from collections.abc import Mapping
from typing import Final

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "zh-CN": {
        "title": "家里平常的一天",
        "seen": "{first} 至 {last}，共 {days} 天",
        "rooms": "各房间在这个时段有人活动的日子所占的比例",
        "never": "从不",
        "always": "每天",
        "silence": "平常最长的安静时间（20 个时刻里有 19 个不超过）",
        "hours": "小时",
        "asks": "比平常安静得多，网关会先问一声；没有回应，才通知呼叫中心。",
        "private": "由家里的网关根据传感器记录画成，没有声音和图像，不离开家。",
        "unknown": "还没有足够的记录",
    },
    "en": {
        "title": "An ordinary day in this home",
        "seen": "{first} to {last}, {days} days",
        "rooms": "On which share of the days there was life in each room at this hour",
        "never": "never",
        "always": "every day",
        "silence": "The longest usual silence (19 moments of 20 do not exceed it)",
        "hours": "h",
        "asks": "Where it is silent for far longer the gateway asks first; without an answer it tells the call centre.",
        "private": "Drawn in the home from its sensors; no sound, no picture, and it does not leave the home.",
        "unknown": "not enough is known yet",
    },
}

ROOMS: Final[Mapping[str, str]] = {
    "bathroom": "卫生间", "toilet": "卫生间", "kitchen": "厨房", "bedroom": "卧室", "living_room": "客厅",
    "living": "客厅", "dining_room": "餐厅", "study": "书房", "hall": "走廊", "corridor": "走廊", "entry": "门口",
    "entrance": "门口", "door": "门口", "balcony": "阳台", "yard": "院子",
}  # fmt: skip


def room_word(room: str, language: str) -> str:
    """A room's code as people call it; as it is written where nobody knows it."""
    plain = room.lower().replace(" ", "_")
    if language == "zh-CN":
        return ROOMS.get(plain, room)
    return room.replace("_", " ")
