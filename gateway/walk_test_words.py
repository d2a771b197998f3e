"""What `anju walk-test` says, in the languages of the house: short lines that fit a telephone."""

from typing import Final

WORDS: Final[dict[str, dict[str, str]]] = {
    "zh-CN": {
        "heading": "共 {all} 个设备，{due} 个该做人工测试，{unheard} 个从未听到",
        "no_room": "房间未知",
        "unknown": "未知",
        "battery": "电池",
        "low": "低",
        "supervised": "自动监测",
        "unsupervised": "不能自动监测，每月人工测试",
        "heard": "听到",
        "proven": "测试",
        "due": "该测试了",
        "never": "从未",
        "days": "{count} 天前",
        "hours": "{count} 小时前",
        "minutes": "{count} 分钟前",
        "now": "刚刚",
        "follow": "逐个按下设备。每次按下都是真报警：\n请先打电话告诉值守台，结案选“测试”。\n"
        "结束按 Ctrl-C，最长一小时。",
        "received": "中心已收到",
        "missing": "还没有听到：{count} 个",
    },
    "en": {
        "heading": "{all} devices: {due} due for a test by hand, {unheard} never heard",
        "no_room": "room unknown",
        "unknown": "unknown",
        "battery": "battery",
        "low": "low",
        "supervised": "supervised",
        "unsupervised": "not supervised: test every month",
        "heard": "heard",
        "proven": "tested",
        "due": "due",
        "never": "never",
        "days": "{count} d ago",
        "hours": "{count} h ago",
        "minutes": "{count} min ago",
        "now": "just now",
        "follow": "Press each device. Every press is a real alarm:\nring the desk first; they close it as a test.\n"
        "Ctrl-C ends it, at most one hour.",
        "received": "the centre has it",
        "missing": "not heard yet: {count}",
    },
}
