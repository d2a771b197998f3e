"""Chinese maps' degrees, on places for which public converters give both (tests of googollee/eviltransform, MIT)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.gcj02 import to_wgs84


@pytest.mark.parametrize(
    ("on_the_map", "by_satellite"),
    [
        ((31.17530398364597, 121.531541859215), (31.1774276, 121.5272106)),
        ((22.540796131694766, 113.9171764808363), (22.543847, 113.912316)),
        ((39.91334545536069, 116.38404722455657), (39.911954, 116.377817)),
    ],
    ids=["shanghai", "shenzhen", "beijing"],
)
def test_a_place_on_a_chinese_map(on_the_map: tuple[float, float], by_satellite: tuple[float, float]) -> None:
    assert to_wgs84(*on_the_map) == pytest.approx(by_satellite, abs=1e-7)


def test_outside_of_china_maps_are_not_shifted() -> None:
    assert to_wgs84(52.52, 13.405) == (52.52, 13.405)


@given(st.floats(18.0, 53.0), st.floats(74.0, 135.0))
def test_no_place_in_china_is_shifted_by_more_than_a_kilometre(latitude: float, longitude: float) -> None:
    north, east = to_wgs84(latitude, longitude)
    assert abs(north - latitude) < 0.009
    assert abs(east - longitude) < 0.018
