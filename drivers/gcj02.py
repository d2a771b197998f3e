"""From the degrees of Chinese maps (GCJ-02) to those of satellites (WGS-84). Pure.

By law maps of mainland China are shifted by 50 to 500 m, by a published-by-use formula on the Krasovsky ellipsoid.
There is no formula for the way back: it is found by approaching, to within a centimetre. Outside of China maps are not
shifted.
"""

from math import cos, pi, sin, sqrt

_AXIS_M = 6_378_245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_ROUNDS = 6
_EAST, _NORTH = 105.0, 35.0
"""Where the formula's polynomials begin."""


def to_wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    """Latitude and longitude in WGS-84, degrees; where the place lies outside of China, as they came."""
    if not (0.8293 <= latitude <= 55.8271 and 72.004 <= longitude <= 137.8347):
        return latitude, longitude
    north, east = latitude, longitude
    for _ in range(_ROUNDS):
        shift_north, shift_east = _shift(north, east)
        north, east = latitude - shift_north, longitude - shift_east
    return north, east


def _shift(latitude: float, longitude: float) -> tuple[float, float]:
    """By how much a map shows a place further north and further east, in degrees."""
    x, y = longitude - _EAST, latitude - _NORTH
    common = 20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += (
        (common + 20 * sin(y * pi) + 40 * sin(y / 3 * pi) + 160 * sin(y / 12 * pi) + 320 * sin(y / 30 * pi)) * 2 / 3
    )
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += (common + 20 * sin(x * pi) + 40 * sin(x / 3 * pi) + 150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3
    angle = latitude / 180 * pi
    flat = 1 - _ECCENTRICITY_SQUARED * sin(angle) ** 2
    metres_north = _AXIS_M * (1 - _ECCENTRICITY_SQUARED) / (flat * sqrt(flat)) * pi / 180
    metres_east = _AXIS_M / sqrt(flat) * cos(angle) * pi / 180
    return north / metres_north, east / metres_east
