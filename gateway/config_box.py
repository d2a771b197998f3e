"""The section of a gateway's file that says which lines its own buttons, lamp and buzzer are wired to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from drivers.device import Device
from gateway.config_devices import DEVICE_ID, DEVICE_ID_REMEDY, LABEL, LABEL_REMEDY, NO_ROOM
from gateway.config_rules import Table, listed, quoted

CHIP = "/dev/gpiochip0"
"""The 40-pin header of every Raspberry Pi; a Pi 5 with a kernel before 6.6.45 has it at /dev/gpiochip4."""
LINE_LIMIT = 511
LOW, HIGH = "low", "high"
HEADER_LINES = range(28)
PULLED_UP = range(9)
"""Of the header's lines, these are pulled up from power-on until somebody takes them, the others down (BCM2835 ARM
peripherals, page 102)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """Line numbers are the chip's (on a Raspberry Pi the GPIO numbers, not those of the pins).

    `pressed_low`: a pressed button connects its line to ground. `on_low`: lamp and buzzer are on while their line is
    low. `lamp` and `buzzer` are None where the box has none.
    """

    device: Device
    chip: str
    buttons: Mapping[str, int]
    pressed_low: bool
    lamp: int | None
    buzzer: int | None
    on_low: bool


def read_box(table: Table | None, devices: tuple[Device, ...]) -> Box | None:
    """The `[box]` section. A chip that is not there is a warning: nobody's cord may wait for a box."""
    if table is None:
        return None
    read = Box(
        device=_device(table, devices),
        chip=_chip(table),
        buttons=_buttons(table),
        pressed_low=_level(table, "pressed", LOW) == LOW,
        lamp=table.optional_integer("lamp", 0, LINE_LIMIT),
        buzzer=table.optional_integer("buzzer", 0, LINE_LIMIT),
        on_low=_level(table, "on", HIGH) == LOW,
    )
    _check_lines(table, read)
    _warn_of_a_lit_start(table, read)
    table.report_unknown()
    return read


def _device(table: Table, devices: tuple[Device, ...]) -> Device:
    # Here and below, and not above: a house without a box never loads its driver.
    from drivers import box

    id_ = table.matching_text("id", DEVICE_ID, remedy=DEVICE_ID_REMEDY, required=False) or box.NAME
    if any(device.id == id_ for device in devices):
        table.problem("id", f"a [[device]] has the id {quoted(id_)} already; give the box another with id")
    if not table.has("room"):
        table.warning("room", NO_ROOM)
    return Device(
        id=id_,
        driver=box.NAME,
        address=box.ADDRESS,
        model=box.DRIVER.generic_model,
        room=table.matching_text("room", LABEL, remedy=LABEL_REMEDY, required=False),
    )


def _chip(table: Table) -> str:
    remedy = f'write the chip\'s path, such as "{CHIP}"'
    chip = table.text("chip", CHIP, remedy=remedy)
    if chip.strip() and not Path(chip).is_absolute():
        table.problem("chip", f"chip is {quoted(chip)}; {remedy}")
    elif chip.strip() and not Path(chip).exists():
        table.warning("chip", f"there is no GPIO chip {quoted(chip)}; those of this machine: ls /dev/gpiochip*")
    return chip


def _buttons(table: Table) -> dict[str, int]:
    from drivers import box

    lines = table.table("buttons")
    if lines is None:
        return {}
    read = {name: lines.optional_integer(name, 0, LINE_LIMIT) for name in box.BUTTONS}
    lines.report_unknown()
    return {name: number for name, number in read.items() if number is not None}


def _level(table: Table, key: str, default: str) -> str:
    remedy = f'write "{LOW}" or "{HIGH}"'
    level = table.text(key, default, remedy=remedy)
    if level.strip() and level not in (LOW, HIGH):
        table.problem(key, f"{key} is {quoted(level)}; {remedy}")
    return level


def _check_lines(table: Table, read: Box) -> None:
    from drivers import box

    if not (table.has("buttons") or table.has("lamp") or table.has("buzzer")):
        table.missing("buttons", f"write buttons = {{ {box.SOS} = 17 }}; known here: {listed(box.BUTTONS)}")
    seen: dict[int, str] = {}
    for where, name, number in _lines(read):
        first = seen.setdefault(number, name)
        if first != name:
            path = (*table.path, *where)
            table.findings.problem(path, f"{name} is on line {number}, where {first} is already; give each its own")


def _warn_of_a_lit_start(table: Table, read: Box) -> None:
    for name, line in (("lamp", read.lamp), ("buzzer", read.buzzer)):
        if read.chip != CHIP or line not in HEADER_LINES or (line in PULLED_UP) is read.on_low:
            continue
        way, others = ("down", PULLED_UP) if read.on_low else ("up", HEADER_LINES[PULLED_UP.stop :])
        said = f"line {line} is pulled {way} at power-on: the {name} is on until the gateway starts"
        table.warning(name, f"{said}; use one from {others.start} to {others.stop - 1}")


def _lines(read: Box) -> Iterator[tuple[tuple[str, ...], str, int]]:
    for name, number in read.buttons.items():
        yield ("buttons", name), name, number
    for name, output in (("lamp", read.lamp), ("buzzer", read.buzzer)):
        if output is not None:
            yield (name,), name, output
