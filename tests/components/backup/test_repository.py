from typing import Any

import pulumi

from components.backup import BackupRepository, BackupRepositoryArgs, BackupSettings
from tests.components.conftest import Options
from tests.conftest import CONTAINER, VOLUME, Recorder, Secret, placements, probe, tls

S3 = {"endpoint": "s3.example.net", "bucket": "hft-backup", "region": "us-east-1"}


def build(repository: dict[str, Any], **keys: Any) -> BackupRepository:
    return BackupRepository(
        "repository",
        BackupRepositoryArgs(
            settings=BackupSettings.model_validate({"repository": repository}),
            hosts=("b",),
            placements=placements("a", "b"),
            cipher="c",
            image="sha256:timescaledb",
            tls=tls("repository"),
            clients=("tsdb-0", "backup-b"),
            **keys,
        ),
    )


def test_without_a_place_it_is_a_volume_on_the_databases_host(recorder: Recorder, options: Options) -> None:
    volumes = recorder.run(lambda: pulumi.Output.from_input(dict(build({}).archiving.volumes)))

    assert volumes == {"/var/lib/hft/repository": "hft-dev-repository-data"}
    assert (recorder.names(VOLUME), recorder.provider(VOLUME, "repository-data")) == (["repository-data"], "on-b")
    assert options.kept() == ["repository-data"]


def test_a_folder_of_the_hosts_is_mounted_and_nothing_made(recorder: Recorder) -> None:
    archiving = recorder.run(lambda: [build({"path": "/srv/backup"}).archiving])[0]

    assert (archiving.volumes, archiving.host_paths) == ({}, {"/var/lib/hft/repository": "/srv/backup"})
    assert archiving.secrets == ("backup-cipher",)
    assert recorder.names(VOLUME) == []


def test_a_bucket_is_opened_by_secrets_in_a_file(recorder: Recorder) -> None:
    def secret_file() -> pulumi.Output[Any]:
        archiving = build({"s3": S3}, s3_keys=("k", "s")).archiving
        assert archiving.secrets == ("backup-cipher", "backup-s3-key", "backup-s3-key-secret")
        assert (archiving.volumes, archiving.host_paths) == ({}, {})
        text = pulumi.Output.from_input(archiving.files["/run/secrets/pgbackrest.conf"])
        return pulumi.Output.all(text, pulumi.Output.from_input(text.is_secret()))

    assert recorder.run(secret_file) == [
        "[global]\nrepo1-cipher-pass=c\nrepo1-s3-key=k\nrepo1-s3-key-secret=s\n",
        True,
    ]


def test_the_stores_authority_is_a_file(recorder: Recorder) -> None:
    authority = "-----BEGIN CERTIFICATE-----\nMIIB"
    files = recorder.run(
        lambda: [sorted(build({"s3": {**S3, "ca_pem": authority}}, s3_keys=("k", "s")).archiving.files)]
    )

    assert files[0] == ["/etc/hft/pgbackrest.conf", "/etc/hft/s3-ca.pem", "/run/secrets/pgbackrest.conf"]


def test_a_host_serves_the_repository_to_those_whose_certificates_it_knows(
    recorder: Recorder, options: Options
) -> None:
    archiving = recorder.run(lambda: [build({"host": "a"}).archiving])[0]

    assert (archiving.volumes, archiving.host_paths, archiving.secrets) == ({}, {}, ())
    assert sorted(archiving.files) == ["/etc/hft/pgbackrest.conf"]
    assert (recorder.provider(VOLUME, "repository-data"), options.kept()) == ("on-a", ["repository-data"])
    assert recorder.names(CONTAINER) == ["repository-reload", "repository-server"]
    found = recorder.inputs(CONTAINER, "repository-server")
    assert recorder.provider(CONTAINER, "repository-server") == "on-a"
    assert (found["entrypoints"], found["command"][-1]) == (["pgbackrest"], "server")
    assert probe(found) == ["pgbackrest", "--tls-server-port=19856", "server-ping", "10.0.0.1"]
    assert found["volumes"] == [
        {"containerPath": "/var/lib/hft/repository", "volumeName": "hft-dev-repository-data"},
        {"containerPath": "/var/lib/hft/tls", "volumeName": "hft-dev-repository-tls", "readOnly": True},
    ]
    assert isinstance(found["uploads"], Secret)
    files = {each["file"]: each["content"] for each in found["uploads"].value}
    assert files["/run/secrets/pgbackrest.conf"] == "[global]\nrepo1-cipher-pass=c\n"
    assert files["/etc/hft/pgbackrest.conf"].endswith(
        "tls-server-auth=tsdb-0=hft-dev\ntls-server-auth=backup-b=hft-dev\n"
    )
    assert {"label": "hft.secrets", "value": "backup-cipher"} in found["labels"]


def test_a_renewed_certificate_is_taken_up_by_the_server_without_a_restart(recorder: Recorder) -> None:
    recorder.run(lambda: build({"host": "a"}) and None)
    found = recorder.inputs(CONTAINER, "repository-reload")

    assert found["command"] == ["10.0.0.1:19856", "fingerprint of repository", "90"]
