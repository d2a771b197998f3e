"""Every sentence the house can say, in the languages it speaks: short, calm, and never more than is known.

The sound files in `sounds/LANGUAGE/NAME.wav` are made from these sentences by `make sounds`.
Until the centre has said `dispatched`, nobody is said to be on the way. Telephone numbers are written as they are read.
They are mainland China's, in both languages: 120 for illness, 119 for fire.

What to do at smoke, heat, CO and gas is the common core of what fire services and gas companies tell households: go
out and stay out, and where the way is blocked close the door and call from a window; at CO and gas open doors and
windows and go out; at gas no switch, no flame, and no telephone before one is outside. The gas valve is left out on
purpose: nobody shall look for it in a kitchen full of gas. (Humberside and West Yorkshire fire services, "escape
plan"; New Zealand and US fire services on CO alarms; Chinese gas companies' 燃气泄漏处置.)
"""

from typing import Final

LANGUAGES: Final = ("zh-CN", "en")

HAZARDS: Final = ("smoke", "heat", "co", "gas")
"""Alarm types at which the house first says what to do, line or no line."""

TEST: Final = "test"

SPOKEN_ON_COMMAND: Final = ("answer_phone", "open_door", "stay_there", TEST)
"""What the centre may have said by its command `speak`. None of them promises help that only an answer can promise."""

NOTED_WELL: Final = "well"
NOTED_VISIT: Final = "visit"
NOTED_AWAY: Final = "away"
HOME: Final = "home"
SPOKEN_AT_A_PRESS: Final = (NOTED_WELL, NOTED_VISIT, NOTED_AWAY, HOME)
"""What the house says to who presses a button of its box, where that is no call for help."""

FALL_PROMPT: Final = "fall_prompt"
FALL_PROMPT_NO_BUTTON: Final = "fall_prompt_no_button"
NOT_CALLING: Final = "not_calling"
ARE_YOU_ALL_RIGHT: Final = "are_you_all_right"
SPOKEN_BEFORE_AN_ALARM: Final = (FALL_PROMPT, FALL_PROMPT_NO_BUTTON, NOT_CALLING, ARE_YOU_ALL_RIGHT)
"""What the house asks before it raises an alarm that can be taken back, and what it says where it was."""

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "zh-CN": {
        "test": "这是测试。",
        "smoke": "烟雾报警！请马上离开，到室外去。出不去就关紧房门，到窗口呼救。",
        "heat": "高温报警！可能起火，请马上离开，到室外去。出不去就关紧房门，到窗口呼救。",
        "co": "一氧化碳报警！请打开门窗，马上到室外去。",
        "gas": "燃气报警！不要开关电器，不要点火。打开门窗，马上到室外去，再打电话。",
        "calling": "正在为您呼叫帮助。",
        "not_reached": "暂时联系不上呼叫中心，还在继续呼叫。请向邻居呼救。急病打幺二零，火警打幺幺九。",
        "received": "呼叫中心已收到，请稍候。",
        "accepted": "工作人员已接警，正在为您安排帮助。",
        "dispatched": "已经派人前来，请耐心等待。",
        "arrived": "帮助您的人已经到了。",
        "resolved": "这次报警已经结束。",
        "answer_phone": "呼叫中心正在给您打电话，请接电话。",
        "open_door": "有人在您门口。您方便的话，请开门。",
        "stay_there": "请您待在原地，不要着急。",
        "well": "好的，记下您一切安好。",
        "visit": "谢谢，这次探访已经记下。",
        "away": "记下您出门了。回来以后，请再按一次。",
        "home": "欢迎回家。",
        "fall_prompt": "检测到您可能摔倒。没事请按“我很好”，否则为您呼叫帮助。",
        "fall_prompt_no_button": "检测到您可能摔倒，很快为您呼叫帮助。",
        "not_calling": "好的，这次不呼叫。",
        "are_you_all_right": "您还好吗？没事请按“我很好”，或者走动一下。不然稍后为您呼叫帮助。",
    },
    "en": {
        "test": "This is a test.",
        "smoke": "Smoke alarm! Go outside now. If you cannot get out, close the door and call from a window.",
        "heat": "Heat alarm! There may be a fire. Go outside now. "
        "If you cannot get out, close the door and call from a window.",
        "co": "Carbon monoxide alarm! Open doors and windows, and go outside now.",
        "gas": "Gas alarm! Touch no switch, light no flame. Open doors and windows, and go outside now. "
        "Use the telephone only outside.",
        "calling": "Calling for help.",
        "not_reached": "The call centre cannot be reached right now. We keep trying. Call out to your neighbours. "
        "For illness dial 1 2 0, for fire 1 1 9.",
        "received": "The call centre has your alarm. Please wait.",
        "accepted": "A person at the call centre is dealing with your alarm.",
        "dispatched": "Somebody is on the way to you. Please wait.",
        "arrived": "The people who help you are there.",
        "resolved": "This alarm is closed.",
        "answer_phone": "The call centre is ringing you. Please answer the telephone.",
        "open_door": "Somebody is at your door. If you can, please open it.",
        "stay_there": "Please stay where you are, and take your time.",
        "well": "Thank you. It is noted that you are all right.",
        "visit": "Thank you. This visit is noted.",
        "away": "It is noted that you are out. When you are back, please press again.",
        "home": "Welcome home.",
        "fall_prompt": "You may have fallen. If you are all right, press 'I am all right'. Else we call for help.",
        "fall_prompt_no_button": "You may have fallen. We are about to call for help.",
        "not_calling": "All right. Nobody is called this time.",
        "are_you_all_right": "Are you all right? Press 'I am all right', or walk about. Else we call for help.",
    },
}
"""Language → name → sentence. Names: states of a notice, hazards, what the centre may have said, replies, prompts."""
