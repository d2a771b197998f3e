"""The name of a model as people write it: another case, the maker before it, a slip."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.registry import DRIVERS
from gateway.config import check, load
from tests.support.house import BUTTON, House


def written(folder: Path, model: str) -> Path:
    return House(folder=folder, uplink_port=1, broker_port=2, http_port=3, devices=[{**BUTTON, "model": model}]).write()


@pytest.mark.parametrize(
    ("model", "meant"),
    [
        ("TS0215A_sos", "TS0215A_sos"),
        ("ts0215a_SOS", "TS0215A_sos"),
        ("  TS0215A_sos ", "TS0215A_sos"),
        ("TuYa TS0215A_sos", "TS0215A_sos"),
        ("Some Maker  Generic-Button", "generic-button"),
        ("TS0215A sos", "TS0215A sos"),  # nobody's name: it stays as it is and counts as generic
    ],
)
def test_a_name_is_known_however_it_is_written(tmp_path: Path, model: str, meant: str) -> None:
    (device,) = load(written(tmp_path, model)).devices
    assert device.model == meant
    driver = DRIVERS["zigbee2mqtt"]
    assert driver.model(model) is driver.model(meant)


def test_a_slip_is_told_with_the_nearest_name_and_a_foreign_model_is_not(tmp_path: Path) -> None:
    problems, warnings = check(written(tmp_path, "TS0215A-sos"))
    assert problems == []
    (warning,) = [line for line in warnings if "is not known" in line]
    assert warning.endswith('model "TS0215A-sos" is not known and counts as generic; did you mean "TS0215A_sos"?')
    assert not [line for line in check(written(tmp_path, "lumi.weather"))[1] if "is not known" in line]


@pytest.mark.parametrize("driver", sorted(DRIVERS))
@given(written=st.text(max_size=30))
def test_any_text_is_a_model_or_the_generic_one(driver: str, written: str) -> None:
    known = DRIVERS[driver]
    name = known.model_name(written)
    assert known.model(written).name == (known.generic_model if name is None else known.models[name].name)
    for model in known.models:
        assert known.model_name(model) == model
        others = [other for other in known.models if other.casefold() == model.casefold()]
        assert known.model_name(f"maker {model.upper()}") == (model if len(others) == 1 else None)
