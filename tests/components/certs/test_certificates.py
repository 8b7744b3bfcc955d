"""Names, terms and secrecy of what is made. That servers take it is proven by engine tests and tests of programs."""

from typing import Any

import pytest

from components._common.tls import fingerprint
from components.certs import Certificates, CertificatesArgs, CertsSettings, TlsPart
from tests.components.conftest import Options
from tests.conftest import CONTAINER, VOLUME, Recorder, Safety, Secret, certificate, placements

KEY = "tls:index/privateKey:PrivateKey"
AUTHORITY = "tls:index/selfSignedCert:SelfSignedCert"
REQUEST = "tls:index/certRequest:CertRequest"
CERTIFICATE = "tls:index/locallySignedCert:LocallySignedCert"


def build() -> Certificates:
    at = placements("a", "b")
    parts = [
        TlsPart(member="tsdb-0", placement=at["a"], image="sha256:timescaledb", named=True),
        TlsPart(member="pooler-b", placement=at["b"], own_addresses=["127.0.9.1"], image="sha256:pgbouncer"),
    ]
    settings = CertsSettings(authority_days=1000, certificate_days=100, renewal_days=10)
    return Certificates("certs", CertificatesArgs(settings=settings, parts=parts))


@pytest.fixture
def made(recorder: Recorder) -> Recorder:
    recorder.run(lambda: build() and None)
    return recorder


def test_each_part_has_a_key_a_certificate_and_a_volume_on_its_host(made: Recorder) -> None:
    assert made.names(KEY) == ["certs-authority-key", "certs-pooler-b-key", "certs-tsdb-0-key"]
    assert made.names(CERTIFICATE) == ["certs-pooler-b", "certs-tsdb-0"]
    assert made.names(VOLUME) == ["certs-pooler-b-files", "certs-tsdb-0-files"]
    assert made.names(CONTAINER) == ["certs-pooler-b-fill", "certs-tsdb-0-fill"]
    for name in ("certs-pooler-b-files", "certs-pooler-b-fill"):
        assert made.provider(VOLUME if name.endswith("files") else CONTAINER, name) == "on-b"
    assert {made.safety(VOLUME, name) for name in made.names(VOLUME)} == {Safety(protect=True, retain_on_delete=True)}


def test_the_authority_s_key_is_kept_and_its_certificate_can_be_made_anew(made: Recorder) -> None:
    assert made.safety(KEY, "certs-authority-key") == Safety(protect=True, retain_on_delete=True)
    assert made.safety(AUTHORITY, "certs-authority") == Safety(protect=False, retain_on_delete=False)
    assert made.safety(KEY, "certs-tsdb-0-key") == Safety(protect=False, retain_on_delete=False)


def test_the_authority_outlives_whatever_it_signs(made: Recorder) -> None:
    found = made.inputs(AUTHORITY, "certs-authority")

    assert (found["validityPeriodHours"], found["earlyRenewalHours"]) == (24000, 2400)
    assert (found["isCaCertificate"], found["allowedUses"]) == (True, ["cert_signing", "crl_signing"])
    assert found["subject"] == {"commonName": "hft dev", "organization": "hft"}
    assert found["privateKeyPem"] == Secret("value-of-certs-authority-key")


def test_a_certificate_is_for_the_name_and_the_address_of_its_part(made: Recorder) -> None:
    request = made.inputs(REQUEST, "certs-pooler-b-request")
    found = made.inputs(CERTIFICATE, "certs-pooler-b")

    assert (request["dnsNames"], request["ipAddresses"]) == (
        ["pooler-b", "localhost"],
        ["10.0.0.2", "127.0.9.1"],
    )
    assert made.inputs(REQUEST, "certs-tsdb-0-request")["ipAddresses"] == ["10.0.0.1"]
    assert request["privateKeyPem"] == Secret("value-of-certs-pooler-b-key")
    assert (found["validityPeriodHours"], found["earlyRenewalHours"]) == (2400, 240)
    assert found["allowedUses"] == ["digital_signature", "key_agreement", "server_auth", "client_auth"]
    assert found["caCertPem"] == certificate("certs-authority")


def test_only_a_part_that_is_known_by_its_name_has_it_as_common_name(made: Recorder) -> None:
    subjects = {name: made.inputs(REQUEST, name)["subject"] for name in made.names(REQUEST)}

    assert subjects == {
        "certs-pooler-b-request": {"organization": "hft"},
        "certs-tsdb-0-request": {"commonName": "tsdb-0", "organization": "hft"},
    }


def test_a_volume_is_filled_by_the_part_s_own_user(made: Recorder) -> None:
    found = made.inputs(CONTAINER, "certs-tsdb-0-fill")

    assert (found["name"], found["image"]) == ("hft-dev-tsdb-0-tls", "sha256:timescaledb")
    assert found["volumes"] == [{"containerPath": "/var/lib/hft/data", "volumeName": "hft-dev-tsdb-0-tls"}]
    assert found["uploads"] == Secret(
        [
            upload("/etc/hft/ca.crt", certificate("certs-authority")),
            upload("/etc/hft/tls.crt", certificate("certs-tsdb-0")),
            upload("/run/secrets/tls-key", "value-of-certs-tsdb-0-key"),
        ]
    )
    assert found["mustRun"] is False


def test_what_parts_are_handed(recorder: Recorder, options: Options) -> None:
    tls = build().tls
    live = tls.live["tsdb-0"]

    assert list(tls.live) == ["tsdb-0", "pooler-b"]
    assert recorder.run(lambda: tls.authority_pem) == certificate("certs-authority")
    assert recorder.run(lambda: live.volume) == "hft-dev-tsdb-0-tls"
    assert recorder.run(lambda: live.fingerprint) == fingerprint(certificate("certs-tsdb-0"))


def test_it_tells_when_each_certificate_is_due_and_ends(recorder: Recorder) -> None:
    lives = build().tls.lives
    life = lives["tsdb-0"]

    assert list(lives) == ["authority", "tsdb-0", "pooler-b"]
    assert recorder.run(lambda: life.end) == "2030-01-01T00:00:00Z"
    assert recorder.run(lambda: life.due) == "2029-12-22T00:00:00+00:00"


def upload(file: str, content: str) -> dict[str, Any]:
    return {"file": file, "content": content, "permissions": "0444"}
