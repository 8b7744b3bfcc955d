from collections.abc import Callable
from typing import Any

import pytest

from components._common.endpoint import Endpoint
from components._common.scraping import ScrapeTarget
from components.pooling import Pooler, PoolerArgs, PoolerPasswords, PoolerSettings, RouteFailoverSettings, Routes
from components.pooling.alerts import alert_rules
from components.pooling.render import pgbouncer_files, userlist
from tests.components.conftest import Options
from tests.conftest import CONTAINER, Recorder, Secret, placements, probe, tls

SETTINGS = PoolerSettings(hosts=("b", "a"), memory_mib=256)
ROUTES = {
    host: Routes(Endpoint(address, 15000), Endpoint(address, 15100))
    for host, address in (("a", "10.0.0.1"), ("b", "10.0.0.2"), ("c", "10.0.0.3"))
}


TWO_PROCESSES = PoolerSettings(hosts=("b", "a"), processes=2)


def build(settings: PoolerSettings = SETTINGS) -> Pooler:
    return Pooler(
        "pooler",
        PoolerArgs(
            settings=settings,
            placements=placements("a", "b", "c"),
            image="sha256:pgbouncer",
            exporter_image="sha256:exporters",
            routes=ROUTES,
            passwords=PoolerPasswords(writer="w", ticks="t", reader="r", monitoring="m"),
            tls=tls("pooler-a", "pooler-b"),
        ),
    )


def deployed(recorder: Recorder, name: str) -> dict[str, Any]:
    recorder.run(lambda: build() and None)
    return recorder.inputs(CONTAINER, name)


def seen(recorder: Recorder, look: Callable[[Pooler], Any]) -> Any:
    return recorder.run(lambda: look(build()))


def secrets_label(found: dict[str, Any]) -> list[str]:
    return [label["value"] for label in found["labels"] if label["label"] == "hft.secrets"]


def test_each_chosen_host_has_a_pooler_and_an_exporter(recorder: Recorder) -> None:
    recorder.run(lambda: build() and None)

    assert {name: recorder.provider(CONTAINER, name) for name in recorder.names(CONTAINER)} == {
        "pooler-a": "on-a",
        "pooler-b": "on-b",
        "pooler-exporter-a": "on-a",
        "pooler-exporter-b": "on-b",
        "pooler-reload-a": "on-a",
        "pooler-reload-b": "on-b",
        "pooler-users-a": "on-a",
        "pooler-users-b": "on-b",
    }


def test_a_pooler_takes_the_router_of_its_own_host(recorder: Recorder) -> None:
    found = deployed(recorder, "pooler-b")
    listen = Endpoint("10.0.0.2", 16432)
    files = pgbouncer_files(SETTINGS, RouteFailoverSettings(), listen, ROUTES["b"].writer, ROUTES["b"].reader)

    assert found["uploads"] == [
        {"file": "/etc/hft/pgbouncer.ini", "content": files["/etc/hft/pgbouncer.ini"], "permissions": "0444"}
    ]
    assert secrets_label(found) == []


def test_a_pooler_that_runs_is_given_its_users_and_not_made_anew_for_them(recorder: Recorder, options: Options) -> None:
    found = deployed(recorder, "pooler-users-b")
    users = userlist({"hft_writer": "w", "hft_ticks": "t", "hft_reader": "r", "hft_monitoring": "m"})

    assert (found["name"], found["image"]) == ("hft-dev-pooler-users", "sha256:pgbouncer")
    assert found["uploads"] == Secret(
        [
            {"file": "/run/secrets/db-monitoring", "content": "m", "permissions": "0444"},
            {"file": "/run/secrets/pooler-users", "content": users, "permissions": "0444"},
        ]
    )
    assert secrets_label(found) == ["db-monitoring,db-reader,db-ticks,db-writer"]
    assert (found["command"], found["pidMode"]) == (["10.0.0.2", "16432", "60"], "container:pooler-b-id")
    assert found["volumes"] == [{"containerPath": "/var/lib/hft/tls", "volumeName": "hft-dev-pooler-b-tls"}]
    assert recorder.run(lambda: options.after("pooler-exporter-b")) == ["pooler-users-b"]


def test_a_pooler_lets_transactions_end_and_is_healthy_when_it_answers(recorder: Recorder) -> None:
    found = deployed(recorder, "pooler-b")

    assert (found["name"], found["image"]) == ("hft-dev-pooler", "sha256:pgbouncer")
    assert found["command"] == ["/etc/hft/pgbouncer.ini"]
    assert probe(found) == ["pg-ping", "10.0.0.2", "16432"]
    assert (found["stopSignal"], found["memory"]) == ("SIGINT", 256)


def test_an_exporter_reads_its_password_from_a_file(recorder: Recorder) -> None:
    found = deployed(recorder, "pooler-exporter-b")

    assert (found["name"], found["image"]) == ("hft-dev-pooler-exporter", "sha256:exporters")
    assert found["command"] == [
        *("pgbouncer", "10.0.0.2", "16432", "pgbouncer", "hft_monitoring", "/run/secrets/db-monitoring"),
        "/etc/hft/ca.crt",
        "--web.listen-address=10.0.0.2:19127",
    ]
    assert found["uploads"] == Secret(
        [
            {"file": "/etc/hft/ca.crt", "content": "the authority", "permissions": "0444"},
            {"file": "/run/secrets/db-monitoring", "content": "m", "permissions": "0444"},
        ]
    )
    assert secrets_label(found) == ["db-monitoring"]
    assert probe(found) == ["curl", "-fsS", "-o", "/dev/null", "http://10.0.0.2:19127/"]
    assert found["memory"] == 64


def test_a_pooler_reads_a_renewed_certificate_and_is_not_made_anew_for_it(recorder: Recorder, options: Options) -> None:
    found = deployed(recorder, "pooler-reload-b")

    assert (found["name"], found["image"]) == ("hft-dev-pooler-reload", "sha256:pgbouncer")
    assert found["pidMode"] == "container:pooler-b-id"
    assert found["command"] == ["10.0.0.2:16432", "fingerprint of pooler-b", "90", "-starttls", "postgres"]
    pooler = recorder.inputs(CONTAINER, "pooler-b")
    assert pooler["volumes"] == [
        {"containerPath": "/var/lib/hft/tls", "volumeName": "hft-dev-pooler-b-tls", "readOnly": True}
    ]
    assert "fingerprint" not in str(pooler)
    assert recorder.run(lambda: options.after("pooler-b")) == ["pooler-b-filled"]
    assert recorder.run(lambda: options.after("pooler-reload-b")) == ["pooler-b-filled"]


def test_clients_find_the_pooler_of_their_host_and_the_first_one(recorder: Recorder) -> None:
    found = seen(
        recorder,
        lambda pooler: {
            **{host: str(endpoint) for host, endpoint in pooler.by_host.items()},
            "writer": str(pooler.writer),
            "reader": str(pooler.reader),
        },
    )

    assert found == {
        "a": "10.0.0.1:16432",
        "b": "10.0.0.2:16432",
        "writer": "10.0.0.2:16432",
        "reader": "10.0.0.2:16432",
    }


def test_every_exporter_is_scraped(recorder: Recorder) -> None:
    targets = seen(recorder, lambda pooler: [target.as_output() for target in pooler.scrape_targets])

    assert targets == [
        ScrapeTarget(job="pgbouncer", instance="pooler-b", host="b", address="10.0.0.2:19127").as_output(),
        ScrapeTarget(job="pgbouncer", instance="pooler-a", host="a", address="10.0.0.1:19127").as_output(),
    ]


def test_it_hands_on_the_rules_of_the_folder(recorder: Recorder) -> None:
    assert seen(recorder, lambda pooler: dict(pooler.alert_rules)) == alert_rules()


@pytest.fixture
def of_two(recorder: Recorder) -> Recorder:
    """Poolers of two processes each."""
    recorder.run(lambda: build(TWO_PROCESSES) and None)
    return recorder


def test_each_of_two_processes_is_told_of_its_files_and_watched(of_two: Recorder) -> None:
    assert of_two.names(CONTAINER) == sorted(
        [
            *("pooler-a", "pooler-b"),
            *("pooler-exporter-a", "pooler-exporter-a-2", "pooler-exporter-b", "pooler-exporter-b-2"),
            *("pooler-reload-a", "pooler-reload-a-2", "pooler-reload-b", "pooler-reload-b-2"),
            *("pooler-users-a", "pooler-users-a-2", "pooler-users-b", "pooler-users-b-2"),
        ]
    )


def test_two_processes_are_one_container_that_is_healthy_when_both_answer(of_two: Recorder) -> None:
    found = of_two.inputs(CONTAINER, "pooler-b")

    assert (found["name"], found["entrypoints"]) == ("hft-dev-pooler", ["pgbouncers"])
    assert found["command"] == ["/etc/hft/pgbouncer-1.ini", "/etc/hft/pgbouncer-2.ini"]
    assert [upload["file"] for upload in found["uploads"]] == [
        *("/etc/hft/pgbouncer-1.ini", "/etc/hft/pgbouncer-2.ini", "/etc/hft/pgbouncer-shared.ini")
    ]
    assert probe(found) == ["pg-ping", "127.0.9.1", "16432", "127.0.9.2", "16432"]


def test_each_of_two_processes_proves_that_it_has_read_its_files(recorder: Recorder, options: Options) -> None:
    recorder.run(lambda: build(TWO_PROCESSES) and None)
    users, reload = (recorder.inputs(CONTAINER, f"pooler-{what}-b-2") for what in ("users", "reload"))

    assert (users["name"], users["command"]) == ("hft-dev-pooler-users-2", ["127.0.9.2", "16432", "60"])
    assert (reload["name"], reload["command"][0]) == ("hft-dev-pooler-reload-2", "127.0.9.2:16432")
    assert {users["pidMode"], reload["pidMode"]} == {"container:pooler-b-id"}
    # They write the same file.
    assert recorder.run(lambda: options.after("pooler-users-b")) == []
    assert recorder.run(lambda: options.after("pooler-users-b-2")) == ["pooler-users-b"]


def test_each_of_two_processes_has_an_exporter_that_asks_no_other(of_two: Recorder) -> None:
    found = of_two.inputs(CONTAINER, "pooler-exporter-b-2")

    assert found["name"] == "hft-dev-pooler-exporter-2"
    assert found["command"][:3] == ["pgbouncer", "127.0.9.2", "16432"]
    assert found["command"][-1] == "--web.listen-address=10.0.0.2:19128"
    assert probe(found)[-1] == "http://10.0.0.2:19128/"


def test_processes_are_scraped_as_one_pooler_and_told_apart_by_a_label(recorder: Recorder) -> None:
    targets = recorder.run(lambda: [target.as_output() for target in build(TWO_PROCESSES).scrape_targets])

    assert targets == [
        ScrapeTarget(
            job="pgbouncer",
            instance=f"pooler-{host}",
            host=host,
            address=f"{address}:{port}",
            labels={"process": process},
        ).as_output()
        for host, address in (("b", "10.0.0.2"), ("a", "10.0.0.1"))
        for process, port in (("1", 19127), ("2", 19128))
    ]
