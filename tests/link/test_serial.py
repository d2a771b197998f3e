"""A serial port through a real pseudo-terminal."""

import asyncio
import os
from collections.abc import Awaitable
from pathlib import Path

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.link.pty import PtyPair
from drivers.link.serial import Port, PortError, PortTrouble, open_port
from tests.support.processes import running
from tests.support.wait import until

BAUD_RATE = 19_200


async def read_exactly(port: Port, count: int) -> bytes:
    heard = b""
    async for chunk in port.chunks():
        heard += chunk
        if len(heard) >= count:
            return heard
    raise AssertionError("the chunks ended")


async def test_bytes_that_come_one_at_a_time() -> None:
    with PtyPair() as pty:
        async with open_port(pty.path, BAUD_RATE) as port:
            chunks = port.chunks()
            for number in range(256):
                await pty.write(bytes([number]))
                while not (chunk := await anext(chunks)):
                    pass
                assert chunk == bytes([number])


@settings(deadline=None, max_examples=25)
@given(bursts=st.lists(st.binary(min_size=1, max_size=2000), min_size=1, max_size=8))
def test_any_bytes_arrive_unchanged_and_in_order(bursts: list[bytes]) -> None:
    async def scenario() -> None:
        with PtyPair() as pty:
            async with open_port(pty.path, BAUD_RATE) as port, asyncio.TaskGroup() as tasks:
                arrived = tasks.create_task(read_exactly(port, sum(map(len, bursts))))
                for burst in bursts:
                    await pty.write(burst)
                assert await arrived == b"".join(bursts)

    asyncio.run(scenario())


async def test_idleness_is_told_once_after_data() -> None:
    with PtyPair() as pty:
        async with open_port(pty.path, BAUD_RATE) as port:
            chunks = port.chunks(idle_seconds=0.01)
            for _ in range(3):
                await pty.write(b"\xaa\x55")
                assert await anext(chunks) == b"\xaa\x55"
                assert await anext(chunks) == b""
            quiet = asyncio.ensure_future(anext(chunks))
            done, _ = await asyncio.wait([quiet], timeout=0.1)
            assert not done, "an idle line is told once, not again and again"
            await pty.write(b"\x01")
            assert await quiet == b"\x01"


async def test_what_we_write_reaches_the_device() -> None:
    with PtyPair() as pty:
        async with open_port(pty.path, BAUD_RATE) as port:
            await port.write(b"\xaa\xa0\x55")
            assert await pty.read() == b"\xaa\xa0\x55"


async def test_what_came_before_the_cable_was_pulled_is_still_heard() -> None:
    with PtyPair() as pty:
        async with open_port(pty.path, BAUD_RATE) as port:
            chunks = port.chunks()
            await pty.write(b"\x01")
            assert await anext(chunks) == b"\x01"
            await pty.write(b"\xaa\xa4")
            await until(lambda: port._arrived)  # the bytes come in while nobody takes them
            pty.unplug()
            await until(lambda: port._error)
            assert await anext(chunks) == b"\xaa\xa4"
            with pytest.raises(PortError, match="plug it in again"):
                await port.write(b"\xaa\xa0\x55")
            with pytest.raises(PortError, match="plug it in again") as reading:
                await anext(chunks)
            assert reading.value.trouble is PortTrouble.UNPLUGGED
            assert pty.path in str(reading.value)


async def test_a_reader_that_waits_learns_of_the_unplugging() -> None:
    with PtyPair() as pty:
        async with open_port(pty.path, BAUD_RATE) as port:
            chunks = port.chunks()
            async with asyncio.TaskGroup() as tasks:
                waiting = tasks.create_task(_refused(anext(chunks)))
                await asyncio.sleep(0)
                pty.unplug()
            assert (await waiting).trouble is PortTrouble.UNPLUGGED


async def _refused(reading: Awaitable[bytes]) -> PortError:
    with pytest.raises(PortError) as refusal:
        await reading
    return refusal.value


async def test_a_port_that_appears_later(tmp_path: Path) -> None:
    link = tmp_path / "usb-radio"
    with pytest.raises(PortError, match="plug the device in") as refusal:
        async with open_port(str(link), BAUD_RATE):
            pass
    assert (refusal.value.trouble, refusal.value.path) == (PortTrouble.MISSING, str(link))
    for data in (b"first", b"after a replug"):
        with PtyPair(link) as pty:
            async with open_port(str(link), BAUD_RATE) as port:
                await pty.write(data)
                assert await read_exactly(port, len(data)) == data
        assert not link.is_symlink()


async def test_a_port_is_opened_once() -> None:
    with PtyPair() as pty:
        async with open_port(pty.path, BAUD_RATE):
            with pytest.raises(PortError, match="another program") as refusal:
                async with open_port(pty.path, BAUD_RATE):
                    pass
            assert refusal.value.trouble is PortTrouble.BUSY
        async with open_port(pty.path, BAUD_RATE) as port:
            await pty.write(b"free again")
            assert await read_exactly(port, 10) == b"free again"


OPEN_AS_NOBODY = """
import asyncio, os, sys
from drivers.link.serial import PortError, open_port

async def main():
    await asyncio.to_thread(os.getpid)  # nobody may not even read the modules that the first thread imports
    if os.geteuid() == 0:  # root may open everything
        os.setuid(65534)
    try:
        async with open_port(sys.argv[1], 19200):
            print("opened")
    except PortError as error:
        print(error.trouble, error)

asyncio.run(main())
"""


async def test_a_port_without_permission_names_the_group() -> None:
    with PtyPair() as pty:
        os.chmod(pty.path, 0)
        async with running("python", "-P", "-c", OPEN_AS_NOBODY, pty.path) as child:
            await child.wait_line("^forbidden .*dialout")


async def test_no_serial_port_at_all(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    before = psutil.Process().num_fds()
    for path in (str(file), str(tmp_path), "unknown://port"):
        with pytest.raises(PortError, match="correct the path") as refusal:
            async with open_port(path, BAUD_RATE):
                pass
        assert refusal.value.trouble is PortTrouble.UNUSABLE
    assert psutil.Process().num_fds() == before


async def test_a_megabyte_that_nobody_takes_stays_outside() -> None:
    garbage = os.urandom(1_000_000)
    with PtyPair() as pty:
        async with open_port(pty.path, BAUD_RATE) as port, asyncio.TaskGroup() as tasks:
            chunks = port.chunks()
            await pty.write(garbage[:1])
            assert await anext(chunks) == garbage[:1]
            sending = tasks.create_task(pty.write(garbage[1:]))
            done, _ = await asyncio.wait([sending], timeout=0.5)
            assert not done
            assert len(port._arrived) < 400_000
            heard = garbage[:1]
            async for chunk in chunks:
                heard += chunk
                if len(heard) == len(garbage):
                    break
            assert heard == garbage
