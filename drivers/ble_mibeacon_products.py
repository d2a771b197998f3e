"""Products that send MiBeacon messages, by the product id in the message. Source: the public decoders' tables.

Left out are products that say nothing of a person (toothbrushes, kettles, plants): they are read all the same, unnamed.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    """What a product is and the maker's name of its model."""

    what: str
    model: str


UNKNOWN = Product("Xiaomi device", "")

_MODELS: Mapping[str, Mapping[int, str]] = {
    "Temperature/Humidity Sensor": {
        0x066F: "CGDK2",
        0x0347: "CGG1",
        0x0B48: "CGG1-ENCRYPTED",
        0x01AA: "LYWSDCGQ",
        0x045B: "LYWSD02",
        0x16E4: "LYWSD02MMC",
        0x2542: "LYWSD02MMC",
        0x055B: "LYWSD03MMC",
        0x2832: "MJWSD05MMC",
        0x4C47: "MJWSD05MMC",
        0x55B5: "MJWSD06MMC",
        0x5BEA: "MJWSD06MMC",
        0x5DB1: "MBS17",
        0x78DB: "ESM787",
        0x0387: "MHO-C401",
        0x4F59: "CGDK3",
    },
    "Door/Window Sensor": {0x03D6: "CGH1", 0x78D1: "MC-COMM", 0x1889: "MS1BB(MI)", 0x098B: "MCCGQ02HL"},
    "Alarm Clock": {0x0C3C: "CGC1", 0x06D3: "MHO-C303"},
    "3-in-1 Alarm Clock": {0x0576: "CGD1"},
    "Formaldehyde Sensor": {0x02DF: "JQJCY01YM"},
    "Motion/Light Sensor": {0x0A83: "CGPR1"},
    "Smoke Detector": {0x0997: "JTYJGD03MI"},
    "Switch (single button)": {0x1568: "K9B-1BTN", 0x1C10: "K9BB-1BTN"},
    "Switch (double button)": {0x1569: "K9B-2BTN", 0x1949: "XMWXKG01YL", 0x5968: "XMWS01XS"},
    "Switch (triple button)": {0x0DFD: "K9B-3BTN"},
    "Switch (quadruple button)": {0x3A61: "KS1", 0x3E17: "KS1BP"},
    "Motion Sensor": {0x2AEB: "HS1BB(MI)", 0x0A8D: "RTCGQ02LM", 0x3531: "XMPIRO2SXS", 0x4C60: "XMPIRO2GSXS"},
    "Flood and Rain Sensor": {0x3F0F: "RS1BB(MI)"},
    "Seat Pressure Sensor": {0x3F4C: "PS1BB"},
    "Nightlight": {0x07F6: "MJYD02YL", 0x03DD: "MUE4094RT"},
    "Door Lock": {
        0x04E9: "MJZNMSQ01YD",
        0x098C: "XMZNMST02YD",
        0x0599: "MJZNMS03LM",
        0x0784: "XMZNMS04LM",
        0x0E39: "XMZNMS08LM",
        0x069E: "ZNMS16LM",
        0x069F: "ZNMS17LM",
        0x0380: "DSL-C08",
        0x11C2: "Lockin-SV40",
    },
    "Baby Thermometer": {0x00DB: "MMC-T201-1"},
    "Body Thermometer": {0x0391: "MMC-W505"},
    "Occupancy Sensor": {0x4683: "XMOSB01XS"},
    "Flood Detector": {0x0863: "SJWS01LM"},
    "Water Leak Sensor 2": {0x6375: "SJWS02LM"},
    "Thermometer": {0x1203: "XMWSDJ04MMC"},
    "Button": {0x2387: "XMWXKG01LM"},
    "Wireless Switch": {0x07BF: "YLAI003", 0x38BB: "PTX_YK1_QMIMB"},
    "Remote Control": {0x0153: "YLYK01YL"},
    "Fan Remote Control": {0x068E: "YLYK01YL-FANCL"},
    "Ventilator Fan Remote Control": {0x04E6: "YLYK01YL-VENFAN"},
    "Bathroom Heater Remote": {0x03BF: "YLYB01YL-BHFRC"},
    "Dimmer Switch": {0x03B6: "YLKG07YL/YLKG08YL"},
    "Body Composition Scale": {0x30D9: "MJTZC01YM", 0x3BD5: "MJTZC01YM", 0x48CF: "MJTZC01YM", 0x4B05: "MJTZC03YM"},
    "Smart Scale S200": {0x45C9: "MJTZC02YM", 0x4C04: "MJTZC02YM", 0x4DCB: "MJTZC02YM"},
    "Human Presence Sensor": {0x50FB: "ES3", 0x6A0F: "ES5BB"},
    "Temperature/Humidity Sensor with Button": {0x520B: "KS2BB"},
    "Smart Band 10": {0x59FA: "M2457B1"},
    "Smart Band 10 NFC": {0x59FB: "M2456B1"},
    "Smart Band 10 Ceramic Edition": {0x59FC: "M2456B1"},
    "Smart Band 10 Glimmer Edition": {0x6188: "M2456B1"},
}
PRODUCTS: Mapping[int, Product] = {
    id_: Product(what, model) for what, models in _MODELS.items() for id_, model in models.items()
}
"""Products by product id."""
