"""A short round of fuzzing, and proof that the fuzzer finds what it is for."""

import re
import subprocess
import sys

import pytest

from drivers.registry import LISTENER_DRIVERS, MQTT_DRIVERS, POLLED_DRIVERS, SERIAL_DRIVERS
from tests.fuzz import engine, libfuzzer
from tests.fuzz.engine import Fuzzer
from tests.fuzz.targets import Target, targets

SHORT_ROUND = 400


@pytest.mark.parametrize("target", targets(), ids=lambda target: target.name)
def test_a_short_round_raises_nothing(target: Target) -> None:
    fuzzer = Fuzzer(target, seed=7)
    fuzzer.run(SHORT_ROUND)
    assert len(fuzzer.corpus) > 1, "not even the seeds take different steps"


def test_every_registered_driver_is_fuzzed() -> None:
    drivers = {*SERIAL_DRIVERS, *LISTENER_DRIVERS, *MQTT_DRIVERS, *POLLED_DRIVERS}
    assert drivers <= {target.name.split()[-1] for target in targets()}


def test_a_decoder_that_raises_is_found_with_the_input_that_did_it() -> None:
    def run(data: bytes) -> None:
        if data[:1] == b"\xaa" and len(data) > 3:
            raise IndexError("beyond the end")

    with pytest.raises(IndexError) as found:
        Fuzzer(Target("planted", run, lambda: [b"\xaa\x01"]), seed=1).run(10_000)
    (note,) = found.value.__notes__
    assert note.startswith("planted, input ")
    assert "bytes.fromhex('aa" in note


def test_a_decoder_that_keeps_what_it_hears_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[bytes] = []
    monkeypatch.setattr(engine, "MEMORY_LIMIT_BYTES", 8 * 1024 * 1024)
    fuzzer = Fuzzer(Target("leak", lambda data: kept.append(bytes(100_000) + data), lambda: [b"a"]), seed=1)
    with pytest.raises(AssertionError, match="leak made the process grow"):
        fuzzer.run(500)


def test_inputs_that_take_new_steps_join_the_corpus_and_the_same_seed_gives_the_same_ones() -> None:
    target = next(target for target in targets() if target.name == "line sonoff_rf_bridge")
    first, second = Fuzzer(target, seed=3), Fuzzer(target, seed=3)
    seeds_only = len(first.reached)
    first.run(SHORT_ROUND)
    second.run(SHORT_ROUND)
    assert first.corpus == second.corpus
    assert first.reached == second.reached
    assert len(first.reached) >= seeds_only > 20


def test_the_command_tells_what_it_did() -> None:
    command = [sys.executable, "-P", "-m", "tests.fuzz", "--inputs", "500", "--target", "contract"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "500 inputs, 1 target(s), seed 1: nothing raised, nothing grew" in shown


@pytest.mark.skipif(not libfuzzer.is_installed(), reason="Atheris has no wheel for this machine, or is not installed")
def test_libfuzzer_finds_its_way_into_a_decoder_and_tells_what_broke() -> None:
    target = next(target for target in targets() if target.name == "line seeed_mr60")
    assert re.fullmatch(
        r"line seeed_mr60: [\d,]+ inputs, \d+ branches, \d+ features, corpus \d+", libfuzzer.fuzz(target, 300, 1)
    )
    with pytest.raises(libfuzzer.FuzzError, match="no such target"):
        libfuzzer.fuzz(Target("no such target", target.run, target.seeds), 1, 1)
