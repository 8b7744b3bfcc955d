from datetime import time
from typing import Any

import pytest

from components._common.ports import PortUse
from components.backup.settings import BackupSettings, RepositorySettings, S3Settings, ScheduleSettings
from tests.components.verdicts import accepts, refusal

S3 = {"endpoint": "s3.example.net:9000", "bucket": "hft-backup", "region": "eu-central-1"}


def test_every_host_of_the_database_has_one_agent_and_one_has_drills() -> None:
    assert BackupSettings().port_uses(("a", "b", "a")) == (
        PortUse("backup.metrics_port", "a", 19854),
        PortUse("backup.metrics_port", "b", 19854),
        PortUse("backup.drill_port", "a", 19855),
    )


def test_the_host_that_serves_the_repository_has_its_port_too() -> None:
    served = BackupSettings(repository=RepositorySettings(host="c"))

    assert served.port_uses(("a", "b"))[-1] == PortUse("backup.server_port", "c", 19856)


def test_drills_are_on_the_last_host_of_the_database_or_on_the_one_named() -> None:
    assert BackupSettings().proven_on(("a", "b")) == "b"
    assert BackupSettings(drill_host="a").proven_on(("a", "b")) == "a"


def test_a_schedule_is_read_as_people_write_it() -> None:
    found = ScheduleSettings.model_validate({"days": ["mon", "thu"], "at": "02:30"})

    assert (found.days, found.at) == (("mon", "thu"), time(2, 30))


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"days": ["mon", "mon"], "at": "03:00"}, "Value error, days names 'mon' more than once: list it once"),
        (
            {"at": "03:00+01:00"},
            "Value error, at=03:00:00+01:00 has a time zone: give it in UTC, without one",
        ),
        ({"days": [], "at": "03:00"}, "Value error, days is empty: name one at least, or leave it out for every day"),
        ({"days": ["sunday"], "at": "03:00"}, "Input should be 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun'"),
        ({"at": "25:00"}, "Input should be in a valid time format, hour value is outside expected range of 0-23"),
        ({}, "Field required"),
    ],
)
def test_a_bad_schedule_is_refused(bad: dict[str, Any], message: str) -> None:
    assert refusal(ScheduleSettings, bad) == message


def test_a_repository_is_in_one_place() -> None:
    assert accepts(RepositorySettings, {"path": "/srv/backup"})
    assert accepts(RepositorySettings, {"s3": S3})
    assert accepts(RepositorySettings, {"host": "a"})
    assert (
        refusal(RepositorySettings, {"path": "/srv/backup", "host": "a"})
        == "Value error, repository has both path=/srv/backup and host=a: keep one of them"
    )
    assert (
        refusal(RepositorySettings, {"path": "/srv/backup", "s3": S3})
        == "Value error, repository has both path=/srv/backup and s3: keep one of them"
    )


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("endpoint", "10.0.0.9", "https://s3.example.net"),
        ("bucket", "abc", "No_Bucket"),
        ("region", "us-east-1", "US EAST"),
        ("path", "/hft/backup", "hft"),
        ("ca_pem", "-----BEGIN CERTIFICATE-----\nMIIB", "/etc/ssl/ca.pem"),
    ],
)
def test_a_bucket_is_named_as_s3_names_it(field: str, good: str, bad: str) -> None:
    assert accepts(S3Settings, {**S3, field: good})
    assert not accepts(S3Settings, {**S3, field: bad})


@pytest.mark.parametrize("path", ["srv/backup", "/", "/srv:ro", "/srv,x"])
def test_a_folder_is_a_whole_path(path: str) -> None:
    assert not accepts(RepositorySettings, {"path": path})


def test_the_queue_holds_what_every_process_looks_ahead() -> None:
    assert accepts(BackupSettings, {"archive_queue_mib": 256, "process_max": 4})
    assert refusal(BackupSettings, {"archive_queue_mib": 256, "process_max": 5}) == (
        "Value error, archive_queue_mib=256 holds less than 4 WAL files of 16 MiB for each of process_max=5: "
        "raise it or lower process_max"
    )
