from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from gateway.metrics import LABEL_VALUES_LIMIT, Metrics

MAINTAINERS = Path(__file__).parents[2] / "docs" / "maintainers.md"


def samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.render().decode("utf-8"))
        for sample in family.samples
    }


def test_the_contracts_names_are_there_before_anything_happened() -> None:
    read = samples(Metrics("1.2.3"))
    for name in (
        "anju_unknown_sources_total",
        "anju_uplink_connected",
        "anju_outbox_unanswered",
        "anju_oldest_unanswered_alarm_seconds",
    ):
        assert read[name, ()] == 0
    assert read["anju_build_info", (("version", "1.2.3"),)] == 1


def test_everything_that_is_counted_is_shown_under_its_name() -> None:
    metrics = Metrics("1.2.3")
    metrics.unknown_source()
    metrics.rejected("ev1527", "noise", count=3)
    metrics.event_stored("alarm")
    metrics.alarm_raised("sos")
    metrics.committed(0.004)
    metrics.alarm_hop("puback", 0.02)
    metrics.publish_refused(0x87)
    metrics.uplink_connected()
    metrics.unanswered(2, 17.5)
    metrics.answered("received")
    metrics.answer_ignored("unknown_about")
    metrics.serial_connected("rf", connected=True)
    read = samples(metrics)
    assert read["anju_unknown_sources_total", ()] == 1
    assert read["anju_rejects_total", (("driver", "ev1527"), ("reason", "noise"))] == 3
    assert read["anju_events_total", (("kind", "alarm"),)] == 1
    assert read["anju_alarms_total", (("type", "sos"),)] == 1
    assert read["anju_commit_seconds_count", ()] == 1
    assert read["anju_alarm_hop_seconds_sum", (("hop", "puback"),)] == 0.02
    assert read["anju_publish_refused_total", (("reason_code", "0x87"),)] == 1
    assert read["anju_uplink_connects_total", ()] == 1
    assert read["anju_uplink_connected", ()] == 1
    assert read["anju_outbox_unanswered", ()] == 2
    assert read["anju_oldest_unanswered_alarm_seconds", ()] == 17.5
    assert read["anju_answers_total", (("state", "received"),)] == 1
    assert read["anju_answers_ignored_total", (("reason", "unknown_about"),)] == 1
    assert read["anju_serial_connected", (("port", "rf"),)] == 1


def test_what_ends_is_shown_as_ended() -> None:
    metrics = Metrics("1.2.3")
    metrics.uplink_connected()
    metrics.uplink_disconnected()
    metrics.serial_connected("rf", connected=True)
    metrics.serial_connected("rf", connected=False)
    read = samples(metrics)
    assert read["anju_uplink_connected", ()] == 0
    assert read["anju_uplink_connects_total", ()] == 1
    assert read["anju_serial_connected", (("port", "rf"),)] == 0


def test_endless_new_reasons_are_counted_as_other() -> None:
    metrics = Metrics("1.2.3")
    for number in range(1000):
        metrics.rejected("ev1527", f"reason_{number}")
        metrics.answer_ignored(f"reason_{number}")
    metrics.rejected("ev1527", "reason_0")
    read = samples(metrics)
    rejects = {labels: value for (name, labels), value in read.items() if name == "anju_rejects_total"}
    assert len(rejects) == LABEL_VALUES_LIMIT + 1
    assert rejects[("driver", "ev1527"), ("reason", "other")] == 1000 - LABEL_VALUES_LIMIT
    assert rejects[("driver", "ev1527"), ("reason", "reason_0")] == 2
    assert sum(name == "anju_answers_ignored_total" for name, _ in read) == LABEL_VALUES_LIMIT + 1


def test_the_maintainers_table_is_what_the_gateway_shows() -> None:
    shown = [
        f"| `{family.name}{'_total' if family.type == 'counter' else ''}` | {family.type} | {family.documentation} |"
        for family in text_string_to_metric_families(Metrics("1.2.3").render().decode("utf-8"))
    ]
    written = [line for line in MAINTAINERS.read_text("utf-8").splitlines() if line.startswith("| `anju_")]
    assert written == shown


def test_a_histogram_counts_up_to_each_bound_and_all() -> None:
    metrics = Metrics("1.2.3")
    for seconds in (0.0005, 0.004, 0.02, 99.0):
        metrics.committed(seconds)
    read = samples(metrics)
    counts = {
        bound: read["anju_commit_seconds_bucket", (("le", bound),)] for bound in ("0.0005", "0.005", "10.0", "+Inf")
    }
    assert counts == {"0.0005": 1, "0.005": 2, "10.0": 3, "+Inf": 4}
    assert read["anju_commit_seconds_count", ()] == 4
