"""Everything by which the house makes itself heard and seen, put together from its file."""

from collections.abc import Callable, Mapping

from drivers.output import Via
from drivers.registry import OUTPUT_DRIVERS
from gateway.announce.device_output import DeviceOutput
from gateway.announce.lamp import Lamp
from gateway.announce.output import Output
from gateway.announce.sound import Sound
from gateway.announce.switch import Led
from gateway.announce.words import SENTENCES
from gateway.config import Config
from gateway.config_notice import Notice
from gateway.config_outputs import BROKER, Line
from gateway.metrics import Metrics
from gateway.outlet import Outlet
from gateway.problems import Problems


def voice_of(notice: Notice, problems: Problems) -> Sound | None:
    """The voice; None where the file says that there is none."""
    return None if notice.sound is False else Sound(notice.language, notice.sound, problems)


def outlets_of(config: Config, metrics: Metrics, problems: Problems) -> dict[Line, Outlet]:
    """The ways out of the local broker, of every serial port, and to every device that dials and is an output."""
    serial_lines = ((Via.SERIAL, port.name) for port in config.serial_ports)
    lines = {BROKER, *serial_lines, *(output.line for output in config.outputs)}
    return {line: Outlet(metrics, problems) for line in lines}


def outputs_of(
    config: Config,
    voice: Sound | None,
    outlets: Mapping[Line, Outlet],
    problems: Problems,
    monotonic: Callable[[], float],
) -> list[Output]:
    """The voice, the lamps, the box, the sirens. `outlets` are the ways out of the house's lines, by name."""
    outputs: list[Output] = [] if voice is None else [voice]
    if config.notice.lamp is not None:
        outputs.append(Lamp(Led(config.notice.lamp), problems))
    if config.box is not None:
        # Here and not above: a house without a box never loads what speaks to its lines.
        from gateway.box.switch import lamp_and_buzzer

        outputs += lamp_and_buzzer(config.box, problems)
    sentences = SENTENCES[config.notice.language]
    for output in config.outputs:
        action = OUTPUT_DRIVERS[output.driver].actions[output.action]
        outputs.append(DeviceOutput(output, action, outlets[output.line], monotonic, sentences))
    return outputs
