"""Every word of ours that an alarm receiver must understand has a code in both foreign vocabularies."""

import pytest

from drivers.event import AlarmType, Kind, State, TroubleType
from gateway.contract.codes import ALARM_CODES, KIND_CODES, TROUBLE_CODES, codes_of
from tests.contract.events import event, new_id

FAULTS = (Kind.TAMPER, Kind.LOW_BATTERY, Kind.SUPERVISION_LOST)

# Names as tabulated for SIA DC-05 Contact ID by the public table of the siadc09 package (version 1.0.1).
CONTACT_ID_NAMES = {
    "100": "Medical",
    "101": "Personal Emergency",
    "103": "Fall Detected",
    "111": "Smoke",
    "130": "Burglary",
    "151": "Gas Detected",
    "154": "Water Leakage",
    "158": "High Temp",
    "162": "Carbon Monoxide Detected",
    "300": "System Trouble",
    "301": "AC Loss",
    "330": "System Peripheral Trouble",
    "350": "Communication Trouble",
    "344": "RF Receiver Jam Detect",
    "380": "Sensor Trouble",
    "381": "Loss Of Supervision RF",
    "383": "Sensor Tamper",
    "384": "RF Low Battery",
    "391": "Sensor Watch Trouble",
    "426": "Access Door Propped Open",
    "601": "Manual Trigger Test Report",
    "616": "Service Request",
    "621": "Event Log Reset",
    "626": "Time/Date Inaccurate",
    "641": "Senior Watch Trouble",
}

# Device types and status codes of SS 91100 as enumerated by the open SCAIP gateway of CARU.
SCAIP_DEVICES = {
    "0002": "local unit and controller",
    "0003": "personal trigger",
    "0004": "fixed trigger",
    "0005": "fall detector",
    "0010": "activity detector",
    "0012": "bed monitor",
    "0014": "door sensor",
    "0015": "wandering sensor",
    "0019": "heart rate monitor",
    "0021": "gas detector",
    "0023": "smoke detector",
    "0025": "heat detector",
    "0026": "carbon monoxide detector",
    "0028": "intruder detector",
    "0032": "communication link monitor",
    "0033": "flood detector",
    "0041": "power supply",
    "0050": "radio unit",
}
SCAIP_BEGINS = {
    "0009": "automatic alarm",
    "0010": "manual alarm",
    "0016": "battery low",
    "0042": "failure",
    "0067": "malfunction",
    "0077": "open too long",
    "0085": "power failure",
    "0095": "RF interference",
    "0102": "test transmission over primary channel",
    "0105": "trouble",
    "0110": "assistance",
    "0123": "radio test transmission missing",
    "0125": "tamper alarm",
}
SCAIP_ENDS = {
    "0015": "battery ok",
    "0086": "power restored",
    "0091": "re-established",
    "0094": "restoral",
    "0124": "radio test transmission re-established",
}


def test_the_tables_have_no_hole() -> None:
    assert set(ALARM_CODES) == set(AlarmType)
    assert set(TROUBLE_CODES) == set(TroubleType)
    assert set(KIND_CODES) >= set(FAULTS) | {Kind.TEST, Kind.SERVICE_REQUEST}


BEGINNINGS = [
    *((Kind.ALARM, str(name)) for name in AlarmType),
    *((Kind.TEST, str(name)) for name in AlarmType),
    *((Kind.TROUBLE, str(name)) for name in TroubleType),
    *((kind, None) for kind in (*FAULTS, Kind.TEST, Kind.SERVICE_REQUEST)),
]


@pytest.mark.parametrize(("kind", "name"), BEGINNINGS)
def test_every_beginning_has_published_words(kind: Kind, name: str | None) -> None:
    contact_id, scaip = codes_of(event(kind, name))
    assert contact_id in CONTACT_ID_NAMES
    assert scaip is not None
    assert scaip[0] in SCAIP_DEVICES
    assert scaip[1] in SCAIP_BEGINS


ENDINGS = [
    *((Kind.ALARM, str(name)) for name in AlarmType),
    *((Kind.TROUBLE, str(name)) for name in TroubleType),
    *((kind, None) for kind in FAULTS),
]


@pytest.mark.parametrize(("kind", "name"), ENDINGS)
def test_every_end_keeps_the_contact_id_and_device_and_never_reads_as_a_beginning(kind: Kind, name: str | None) -> None:
    begun_contact_id, begun_scaip = codes_of(event(kind, name))
    contact_id, scaip = codes_of(event(Kind.RESTORE, name or str(kind)))
    assert begun_scaip is not None
    assert scaip is not None
    assert contact_id == begun_contact_id
    assert scaip[0] == begun_scaip[0]
    assert scaip[1] in SCAIP_ENDS


def test_a_cancelled_alarm_reads_as_cancelled() -> None:
    alarm = new_id()
    assert codes_of(event(Kind.ALARM, "fall", alarm=alarm, state=State.CANCELLED)) == ("103", ("0005", "0019"))


def test_a_word_of_a_later_version_is_a_personal_emergency_or_a_system_trouble() -> None:
    assert codes_of(event(Kind.ALARM, "choking"))[0] == "101"
    assert codes_of(event(Kind.ALARM))[0] == "101"
    assert codes_of(event(Kind.TROUBLE, "fan"))[0] == "300"
    assert codes_of(event(Kind.RESTORE, "fan")) == ("300", ("0002", "0094"))


def test_daily_life_has_no_code() -> None:
    assert codes_of(event(Kind.ACTIVITY, "motion")) == (None, None)
    assert codes_of(event(Kind.SUPERVISION)) == (None, None)
