"""Any sound frame of the radars, for property tests."""

from hypothesis import strategies as st

from drivers import hlk_ld2410, hlk_ld2450, r60_5359, seeed_mr60
from drivers.hlk_frame import Command, encode_command
from tests.drivers.vectors import vectors

BYTE = st.integers(0, 0xFF)
WORD = st.integers(0, 0xFFFF)


def captured(protocol: str) -> st.SearchStrategy[bytes]:
    sound = [vector for vector in vectors(protocol) if vector["expect"].get("ok", True)]
    return st.sampled_from([bytes.fromhex(vector["input"]) for vector in sound])


COMMANDS = st.builds(
    Command,
    word=WORD.map(lambda word: word & 0xFEFF),
    value=st.binary(max_size=40),
    status=st.none() | WORD,
)
GATES = st.lists(BYTE, min_size=1, max_size=9).map(tuple)


@st.composite
def ld2410_reports(draw: st.DrawFn) -> hlk_ld2410.Report:
    gated = draw(st.booleans())
    return hlk_ld2410.Report(
        target_state=draw(BYTE),
        moving_distance_cm=draw(WORD),
        moving_energy=draw(BYTE),
        still_distance_cm=draw(WORD),
        still_energy=draw(BYTE),
        detection_distance_cm=draw(WORD),
        moving_gate_energy=draw(GATES) if gated else (),
        still_gate_energy=draw(GATES) if gated else (),
        more=draw(st.binary(max_size=2)) if gated else b"",
    )


SIGNED = st.integers(-0x7FFF, 0x7FFF)
# A resolution of 0 could make a target look like an empty place.
TARGETS = st.lists(
    st.builds(hlk_ld2450.Target, x_mm=SIGNED, y_mm=SIGNED, speed_cm_s=SIGNED, resolution_mm=st.integers(1, 0xFFFF)),
    max_size=hlk_ld2450.PLACES,
).map(tuple)
MR60 = st.builds(
    seeed_mr60.Frame,
    id=WORD,
    type=st.sampled_from([0x0E02, 0x0F09, 0x0A14, 0x0A15, 0x0A16, 0x0E0E, 0x0E06]) | WORD,
    data=st.binary(max_size=12) | st.lists(st.sampled_from([0, 1]), max_size=40).map(bytes),
)
R60 = st.builds(
    r60_5359.Frame,
    control=st.sampled_from([0x01, 0x80, 0x83]) | BYTE,
    command=st.sampled_from([0x01, 0x02, 0x03, 0x05, 0x81, 0x83]) | BYTE,
    data=st.sampled_from([b"\x00", b"\x01", b"\x02", b"\x0f", b""]) | st.binary(max_size=r60_5359.MAX_DATA_BYTES),
)

SOUND: dict[str, st.SearchStrategy[bytes]] = {
    "hlk_ld2410": ld2410_reports().map(hlk_ld2410.encode) | COMMANDS.map(encode_command) | captured("hlk_ld2410_uart"),
    "hlk_ld2450": TARGETS.map(hlk_ld2450.encode) | COMMANDS.map(encode_command) | captured("hlk_ld2450_uart"),
    "r60_5359": R60.map(r60_5359.encode) | captured("r60_5359_uart"),
    "seeed_mr60": MR60.map(seeed_mr60.encode) | captured("seeed_mr60_uart"),
}
REASONS: dict[str, frozenset[str]] = {
    "hlk_ld2410": frozenset({"noise", "incomplete", "bad_frame"}),
    "hlk_ld2450": frozenset({"noise", "incomplete", "bad_frame"}),
    "r60_5359": frozenset({"noise", "incomplete", "bad_checksum", "bad_frame", "bad_value"}),
    "seeed_mr60": frozenset({"noise", "incomplete", "bad_checksum", "bad_frame", "implausible"}),
}
HEADS = (b"\x01\x00\x00\x00\xf0\x0e\x02\x0f", b"\xf4\xf3\xf2\xf1\x40\x00", b"\xfd\xfc\xfb\xfa\x40\x00",
         b"\xaa\xff\x03\x00", b"\x53\x59\x80\x01\x00\x40", b"\x01", b"\x53")  # fmt: skip
"""Heads that promise the longest frame there is, or nothing."""
