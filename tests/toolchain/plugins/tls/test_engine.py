"""The plugin under the real engine: up, no change, renewal in time, a new authority, destroy; no key in clear."""

import json

import pytest
from cryptography import x509

from tests.toolchain.plugins.conftest import operations

pytestmark = pytest.mark.engine

PROGRAM = """
import pulumi
import pulumi_tls as tls

authority_key = tls.PrivateKey("authority-key", algorithm="ECDSA", ecdsa_curve="P256")
authority = tls.SelfSignedCert(
    "authority",
    private_key_pem=authority_key.private_key_pem,
    subject={{"common_name": "{desk}"}},
    is_ca_certificate=True,
    allowed_uses=["cert_signing", "crl_signing"],
    validity_period_hours=8760,
)
key = tls.PrivateKey("key", algorithm="ECDSA", ecdsa_curve="P256")
request = tls.CertRequest(
    "request", private_key_pem=key.private_key_pem, dns_names=["node.test"], ip_addresses=["127.0.0.1"]
)
tls.LocallySignedCert(
    "node",
    cert_request_pem=request.cert_request_pem,
    ca_private_key_pem=authority_key.private_key_pem,
    ca_cert_pem=authority.cert_pem,
    allowed_uses=["digital_signature", "server_auth"],
    validity_period_hours=24,
    early_renewal_hours={early},
)
"""
MADE = ["authority", "authority-key", "key", "node", "request"]
EVERYTHING = len(MADE) + 1  # the stack is a resource too


@pytest.fixture
def program(project):
    def write(desk="desk", early=1):
        project.program(PROGRAM.format(desk=desk, early=early))

    write()
    return write


def certificate(project, name="node"):
    return x509.load_pem_x509_certificate(project.resources()[name]["outputs"]["certPem"].encode())


def test_a_life(project, program):
    created = {name: op for name, op in project.preview().items() if not name.startswith("default")}
    assert created == dict.fromkeys([*MADE, "plugins-test"], "create")
    printed = project.up()
    assert operations(printed) == {"created": EVERYTHING}
    assert operations(project.up()) == {"unchanged": EVERYTHING}
    assert operations(project.run("refresh", "--yes", "--skip-preview")) == {"unchanged": EVERYTHING}
    assert project.preview() == {}
    certificate(project).verify_directly_issued_by(certificate(project, "authority"))

    exported = project.run("stack", "export")
    for text in (printed, exported):
        assert "PRIVATE KEY" not in text
    key = json.loads(project.resources()["key"]["outputs"]["privateKeyPem"]["plaintext"])
    assert key.startswith("-----BEGIN EC PRIVATE KEY-----\n")

    assert operations(project.run("destroy", "--yes", "--skip-preview")) == {"deleted": EVERYTHING}


def test_a_certificate_is_renewed_in_time_and_keeps_its_key(project, program):
    project.up()
    first = certificate(project)
    program(early=12)
    assert project.preview() == {"node": "update"}
    project.up()
    assert certificate(project) == first
    program(early=24)
    # Due at once: the certificate alone is made anew.
    assert project.preview()["node"] == "replace"
    assert operations(project.up()) == {"replaced": 1, "unchanged": EVERYTHING - 1}
    second = certificate(project)
    assert second.serial_number != first.serial_number
    assert second.public_key() == first.public_key()


def test_another_authority_signs_everything_anew(project, program):
    project.up()
    program(desk="other")
    assert operations(project.up()) == {"replaced": 2, "unchanged": EVERYTHING - 2}
    certificate(project).verify_directly_issued_by(certificate(project, "authority"))
