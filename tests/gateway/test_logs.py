"""The log when nobody reads it: a full pipe holds up neither an alarm nor the end."""

import fcntl
import signal
import subprocess
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulator.ports import free_port
from tests.gateway.faults import cord, frame, radio_on
from tests.support.brokers import Broker
from tests.support.centre import call_centre
from tests.support.house import House
from tests.support.processes import BIN
from tests.support.wait import until

PIPE_BYTES = 4_096


def _with_its_log_in_a_pipe(house: House) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([BIN / "anju", "run", "--config", house.write()], stderr=subprocess.PIPE)


@contextmanager
def closing_by_force(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    try:
        yield
    finally:
        process.kill()


async def test_a_log_that_nobody_reads_holds_up_neither_an_alarm_nor_the_end(
    tmp_path: Path, district_broker: Broker
) -> None:
    cords = [cord(number) for number in range(40)]
    house = House(folder=tmp_path, uplink_port=district_broker.port, broker_port=free_port(), devices=cords)
    async with call_centre(district_broker) as centre, radio_on(house) as radio:
        with _with_its_log_in_a_pipe(house) as process, closing_by_force(process):
            assert process.stderr is not None
            log = process.stderr.fileno()
            size = fcntl.fcntl(log, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
            await centre.wait(lambda: any(heard.branch == "status" for heard in centre.heard))
            await until(lambda: house.metric('anju_serial_connected{port="rf"}') == 1)
            for one in cords:
                await radio.write(frame("F", one["address"]))
            await centre.wait(lambda: len(centre.raised) == len(cords))
            waiting = bytearray(4)

            def is_full() -> bool:
                fcntl.ioctl(log, termios.FIONREAD, waiting)
                return int.from_bytes(waiting, "little") > size - 512

            await until(is_full)
            process.send_signal(signal.SIGTERM)
            assert process.wait(15) == 0
