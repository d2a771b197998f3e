"""At the disk: the power goes with what was never synced, or the gateway dies right before or after a commit is."""

import random
from collections.abc import Awaitable, Callable

from tests.faults import recorder
from tests.faults.power_cut import disk, put
from tests.faults.power_cut_check import Recording
from tests.faults.scene import Scene

CHECKED_CUTS = 40
"""At so many further moments of the same run the disk alone is rebuilt, opened and compared."""
_BROKER_SYNC_SECONDS = 1.5


def killed_at_sync(when: str) -> Callable[[Scene], Awaitable[None]]:
    """SIGKILL as the gateway syncs an alarm: `BEFORE` the disk has it, or `AFTER`, when nobody was told yet."""

    async def run(scene: Scene) -> None:
        trigger = scene.house.folder / "kill"
        library = recorder.build(scene.house.folder)
        scene.environment = {
            **recorder.environment(library, scene.house.store, scene.house.folder / "records"),
            f"ANJU_KILL_{when}_SYNC": str(trigger),
        }
        await scene.stop_gateway()
        await scene.start_gateway(uplink=True)
        for _ in range(scene.pace.kills):
            await scene.press(scene.draw.randint(1, 4))
            gateway = scene.gateway
            assert gateway is not None
            trigger.touch()
            await scene.press(scene.draw.randint(1, 4))
            await gateway.wait()
            trigger.unlink()
            await scene.gateway_died()
            await scene.press(1)
            await scene.start_gateway()

    return run


async def power_cut(scene: Scene) -> None:
    store, log = scene.house.store, scene.house.folder / "records"
    await scene.stop_gateway()
    store.unlink()
    scene.environment = recorder.environment(recorder.build(scene.house.folder), store, log)
    await scene.start_gateway()
    await scene.press(scene.draw.randint(5, 80))
    await scene.presses.all_told()
    # Mosquitto writes what it acknowledged to its own disk up to a second later: that second is its own.
    scene.presses.broker_sure = False
    await scene.press_for(_BROKER_SYNC_SECONDS)
    await scene.press(scene.draw.randint(1, 6))
    scene.local.kill()
    scene.district.kill()
    await scene.kill_gateway()
    recording = Recording(recorder.read(log), store, scene.local.port, scene.wire.port)
    put(disk(recording.records, scene.draw), store, store)
    scene.environment = {}
    scene.remarks += _at_other_moments(scene, recording)
    scene.local.start()
    scene.presses.broker_sure = True
    scene.district.start()
    await scene.start_gateway()
    await scene.press(3)


def _at_other_moments(scene: Scene, recording: Recording) -> list[str]:
    draw = random.Random(scene.draw.random())
    at = scene.house.folder / "elsewhere.db"
    wrong = []
    for _ in range(CHECKED_CUTS):
        wrong += recording.wrong_after(draw.randrange(len(recording.records) + 1), draw, at)
    return wrong
