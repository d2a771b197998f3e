"""The pseudo-terminal that stands in for a serial line."""

import asyncio
import os
from collections.abc import Awaitable
from pathlib import Path

import pytest

from drivers.link.pty import PtyPair


def open_raw(path: str) -> int:
    return os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)


async def test_every_byte_passes_unchanged_both_ways() -> None:
    every_byte = bytes(range(256))
    with PtyPair() as pty:
        port = open_raw(pty.path)
        await pty.write(every_byte)
        assert os.read(port, 1000) == every_byte
        os.write(port, every_byte)
        assert await pty.read() == every_byte
        os.close(port)


async def test_the_device_waits_while_nobody_reads_the_port() -> None:
    with PtyPair() as pty:
        port = open_raw(pty.path)
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(pty.write(bytes(500_000)))
            done, _ = await asyncio.wait([sending], timeout=0.2)
            assert not done
            received = 0
            while received < 500_000:
                try:
                    received += len(os.read(port, 65_536))
                except BlockingIOError:
                    await asyncio.sleep(0)
        os.close(port)


async def test_unplugging_is_an_error_on_both_sides_and_takes_the_link_away(tmp_path: Path) -> None:
    link = tmp_path / "rf"
    with PtyPair(link) as pty:
        assert pty.path == str(link)
        port = open_raw(pty.path)
        pty.unplug()
        assert not link.is_symlink()
        assert os.read(port, 1) == b"", "a hung-up terminal reads as ended"
        with pytest.raises(OSError, match="Input/output error"):
            os.write(port, b"x")
        with pytest.raises(OSError, match="unplugged"):
            await pty.write(b"x")
        with pytest.raises(OSError, match="unplugged"):
            await pty.read()
        os.close(port)


async def test_who_waits_for_the_port_learns_of_the_unplugging_and_a_new_pair_works() -> None:
    with PtyPair() as pty:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_ends_unplugged(pty.read()))
            tasks.create_task(_ends_unplugged(pty.write(bytes(1_000_000))))
            await asyncio.sleep(0.05)
            pty.unplug()
            with PtyPair() as other:  # gets the same descriptors
                port = open_raw(other.path)
                async with asyncio.TaskGroup() as others:
                    hearing = others.create_task(other.read())
                    await asyncio.sleep(0)
                    os.write(port, b"x")
                assert hearing.result() == b"x"
                os.close(port)


async def _ends_unplugged(work: Awaitable[object]) -> None:
    with pytest.raises(OSError, match="unplugged"):
        await work


def test_a_link_left_by_a_killed_run_is_replaced_and_a_file_is_not(tmp_path: Path) -> None:
    link = tmp_path / "rf"
    link.symlink_to("/dev/pts/gone")
    with PtyPair(link) as pty:
        assert os.path.exists(pty.path)
    link.write_text("somebody's file")
    with pytest.raises(FileExistsError), PtyPair(link):
        pass
    assert link.read_text() == "somebody's file"


def test_a_newer_pair_keeps_its_link_when_the_older_one_goes(tmp_path: Path) -> None:
    link = tmp_path / "rf"
    with PtyPair(link) as older, PtyPair(link):
        older.unplug()
        assert link.is_symlink()


def test_a_port_s_name_is_never_given_again() -> None:
    with PtyPair() as first:
        pass
    with PtyPair() as second:
        assert second.path != first.path
        assert not os.path.lexists(first.path)
