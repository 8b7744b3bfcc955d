import hashlib
from typing import Any

from components._common.scraping import ScrapeTarget
from components.cache import CacheSettings, ReferenceCache, ReferenceCacheArgs
from components.cache.render import users_acl, valkey_conf
from tests.conftest import CONTAINER, Recorder, Secret, placements, probe

SETTINGS = CacheSettings(host="b")


def build() -> ReferenceCache:
    return ReferenceCache(
        "cache",
        ReferenceCacheArgs(
            settings=SETTINGS,
            placements=placements("a", "b"),
            image="sha256:valkey",
            exporter_image="sha256:exporters",
            writer_password="w",
            reader_password="r",
            monitoring_password="m",
        ),
    )


def deployed(recorder: Recorder, name: str) -> dict[str, Any]:
    recorder.run(lambda: build() and None)
    return recorder.inputs(CONTAINER, name)


def test_it_makes_a_server_and_an_exporter_on_their_host(recorder: Recorder) -> None:
    recorder.run(lambda: build() and None)

    assert recorder.names(CONTAINER) == ["cache-exporter", "cache-server"]
    assert {recorder.provider(CONTAINER, name) for name in recorder.names(CONTAINER)} == {"on-b"}


def test_the_server_gets_configuration_and_hashed_passwords(recorder: Recorder) -> None:
    found = deployed(recorder, "cache-server")
    hashes = {
        account: hashlib.sha256(password).hexdigest()
        for account, password in (("ref-writer", b"w"), ("ref-reader", b"r"), ("monitoring", b"m"))
    }

    assert found["uploads"] == Secret(
        [
            {"file": "/etc/hft/users.acl", "content": users_acl(hashes), "permissions": "0444"},
            {"file": "/etc/hft/valkey.conf", "content": valkey_conf(SETTINGS, "10.0.0.2"), "permissions": "0444"},
        ]
    )
    assert probe(found) == ["valkey-cli", "-e", "-h", "10.0.0.2", "-p", "16379", "ping"]
    assert found["memory"] == 128
    assert {"label": "hft.secrets", "value": "cache-monitoring,cache-reader,cache-writer"} in found["labels"]
    assert found["volumes"] == []


def test_the_exporter_reads_its_password_from_a_file(recorder: Recorder) -> None:
    found = deployed(recorder, "cache-exporter")

    assert found["command"] == [
        *("redis", "10.0.0.2", "16379", "monitoring", "/run/secrets/cache-monitoring"),
        "-config-command=-",
        "-web.listen-address=10.0.0.2:19121",
    ]
    assert found["uploads"] == Secret(
        [{"file": "/run/secrets/cache-monitoring", "content": "m", "permissions": "0444"}]
    )


def test_the_endpoint_is_on_its_host(recorder: Recorder) -> None:
    assert recorder.run(lambda: str(build().endpoint)) == "10.0.0.2:16379"


def test_the_exporter_is_what_is_scraped(recorder: Recorder) -> None:
    targets = recorder.run(lambda: [target.as_output() for target in build().scrape_targets])

    assert targets == [ScrapeTarget(job="valkey", instance="cache", host="b", address="10.0.0.2:19121").as_output()]
