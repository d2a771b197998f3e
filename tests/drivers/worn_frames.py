"""What the fleet's rules need to know of devices that are worn: watches, telephones, bands."""

import json
from dataclasses import replace

from hypothesis import strategies as st

from drivers import gps_watch_frame, wearable, wearable_event
from drivers.wearable import SampleBlock
from drivers.wearable_serial import RANGES_G
from tests.drivers.vectors import vectors

WATCHES = [vector["input"].encode() for vector in vectors("gps_watch_3g_sg")]
_TEXT = st.text(st.sampled_from("0123456789abcAVNSEW.,-_ "), max_size=60)

FRAMES = st.sampled_from(WATCHES) | st.builds(
    gps_watch_frame.encode,
    st.sampled_from(["3G", "SG", "ZJ", "CS"]),
    st.from_regex(r"[0-9]{10}([0-9]{5})?", fullmatch=True).filter(str.isascii),
    st.builds("{},{}".format, st.sampled_from(["LK", "AL", "UD", "heart", "CCID"]), _TEXT),
    st.none() | st.just("0001"),
)

COUNTS = st.integers(-32_768, 32_767)
BLOCKS = st.builds(
    SampleBlock,
    rate_hz=st.integers(1, 255),
    range_g=st.integers(1, 255),
    sequence=st.integers(0, 0xFFFF),
    clock_ms=st.integers(0, 0xFFFF_FFFF),
    battery_percent=st.none() | st.integers(0, 100),
    samples=st.lists(st.tuples(COUNTS, COUNTS, COUNTS), max_size=20).map(tuple),
)

LINE_BLOCKS = st.builds(replace, BLOCKS, range_g=st.sampled_from(RANGES_G))
"""What a serial line takes for a block."""

SOUND: dict[str, st.SearchStrategy[bytes]] = {
    "gps_watch": FRAMES,
    "wearable": LINE_BLOCKS.map(wearable.encode_block),
}
MESSAGES: dict[str, st.SearchStrategy[bytes]] = {
    "owntracks": st.sampled_from([json.dumps(vector["input"]).encode() for vector in vectors("owntracks_mqtt")]),
    "wearable": BLOCKS.map(wearable.encode_block),
    "wearable_event": st.sampled_from([wearable_event.encode(event, battery_percent=80) for event in ("fall", "sos")]),
}
REASONS: dict[str, frozenset[str]] = {
    "gps_watch": frozenset({"noise", "incomplete", "bad_frame", "bad_report"}),
    "wearable_event": frozenset(
        {"bad_json", "bad_topic", "bad_utf8", "not_object", "oversize", "too_deep", "unknown_event"}
    ),
    "owntracks": frozenset(
        {
            "bad_json",
            "bad_topic",
            "bad_utf8",
            "encrypted",
            "no_position",
            "not_object",
            "oversize",
            "too_deep",
            "unknown_type",
        }
    ),
    "wearable": frozenset(
        {"bad_header", "bad_length", "bad_topic", "incomplete", "noise", "oversize", "unknown_version"}
    ),
}
HEADS = (b"AB\x01\x32\x08\xff" + bytes(8), b"AB", b"[", b"[3G*", b"[3G*1234567890*", b"[3G*1234567890*FFFF*AL,")
