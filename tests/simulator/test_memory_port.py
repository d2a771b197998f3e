"""A port without a kernel behaves as one on a pty does: bytes both ways, one owner, gone and back."""

import pytest

from drivers.link.serial import PortError, PortTrouble
from simulator.memory_port import MemoryPort, MemoryPorts


async def test_bytes_go_both_ways() -> None:
    heard: list[bytes] = []
    far = MemoryPort("rf", heard.append)
    far.say(b"before anybody listens")
    async with MemoryPorts(far).open("rf", 9_600) as port:
        chunks = port.chunks(idle_seconds=0)
        far.say(b"one")
        far.say(b"two")
        assert [await anext(chunks), await anext(chunks)] == [b"onetwo", b""]
        await port.write(b"taken")
    assert heard == [b"taken"]


async def test_what_came_before_the_unplugging_is_heard_and_then_the_port_is_gone_until_it_is_plugged() -> None:
    far = MemoryPort("rf")
    ports = MemoryPorts(far)
    async with ports.open("rf", 9_600) as port:
        chunks = port.chunks()
        far.say(b"last")
        far.unplug()
        assert await anext(chunks) == b"last"
        with pytest.raises(PortError) as gone:
            await anext(chunks)
        assert gone.value.trouble is PortTrouble.UNPLUGGED
        with pytest.raises(PortError):
            await port.write(b"nobody")
    with pytest.raises(PortError) as missing:
        await ports.open("rf", 9_600).__aenter__()
    assert missing.value.trouble is PortTrouble.MISSING
    far.plug()
    async with ports.open("rf", 9_600):
        pass


async def test_a_port_has_one_owner_and_an_unknown_path_is_missing() -> None:
    ports = MemoryPorts(MemoryPort("rf"))
    async with ports.open("rf", 9_600):
        with pytest.raises(PortError) as busy:
            await ports.open("rf", 9_600).__aenter__()
    assert busy.value.trouble is PortTrouble.BUSY
    with pytest.raises(PortError):
        await ports.open("other", 9_600).__aenter__()
