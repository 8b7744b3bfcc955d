"""Real certificates for programs under test: an authority, and volumes with certificates as a stack fills them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from components._common.tls import CLIENT_AUTHORITY_FILE, TLS_DIR
from components.certs.certificates import _FILL
from tests.components.programs import FOLDERS, new_volume, run
from toolchain.plugins.tls.cert_request import CertRequest
from toolchain.plugins.tls.locally_signed_cert import LocallySignedCert
from toolchain.plugins.tls.private_key import PrivateKey
from toolchain.plugins.tls.self_signed_cert import SelfSignedCert

TERMS = {"validityPeriodHours": 24, "earlyRenewalHours": 0, "setSubjectKeyId": False}


@dataclass(frozen=True)
class Authority:
    """A certificate authority of the tests' own."""

    name: str = "tests"

    @cached_property
    def key(self) -> str:
        return key()

    @cached_property
    def pem(self) -> str:
        terms = {**TERMS, "allowedUses": ["cert_signing"], "isCaCertificate": True, "setAuthorityKeyId": False}
        made = SelfSignedCert(None).create({"privateKeyPem": self.key, "subject": {"commonName": self.name}, **terms})
        return str(made.outputs["certPem"])

    @property
    def client_files(self) -> dict[str, str]:
        """What a client has."""
        return {CLIENT_AUTHORITY_FILE: self.pem}

    def signed(self, pem: str, common_name: str | None = None, **names: list[str]) -> str:
        """A certificate for a part's key: `ipAddresses` or `dnsNames`."""
        subject = {"subject": {"commonName": common_name}} if common_name else {}
        request = CertRequest(None).create({"privateKeyPem": pem, **subject, **names})
        made = LocallySignedCert(None).create(
            {
                "certRequestPem": request.outputs["certRequestPem"],
                "caPrivateKeyPem": self.key,
                "caCertPem": self.pem,
                **TERMS,
                "allowedUses": ["digital_signature", "key_agreement", "server_auth", "client_auth"],
                "isCaCertificate": False,
            }
        )
        return str(made.outputs["certPem"])

    def server_files(
        self, *addresses: str, of: str | None = None, names: Sequence[str] = (), common_name: str | None = None
    ) -> dict[str, str]:
        """What fills the volume of a part at these addresses; `of` is its key, else it gets a new one."""
        pem = of or key()
        certificate = self.signed(pem, common_name, ipAddresses=list(addresses), dnsNames=list(names))
        return {"/etc/hft/tls.crt": certificate, "/etc/hft/ca.crt": self.pem, "/run/secrets/tls-key": pem}


def key() -> str:
    """A private key in PEM."""
    made = PrivateKey(None).create({"algorithm": "ECDSA", "ecdsaCurve": "P256", "rsaBits": 2048})
    return str(made.outputs["privateKeyPem"])


@contextmanager
def certified(image: str, files: dict[str, str]) -> Iterator[str]:
    """The mount of a volume that an image's user filled with these files."""
    with new_volume() as volume:
        fill(image, volume, files)
        yield f"{volume}:{TLS_DIR}:ro"


def fill(image: str, volume: str, files: dict[str, str]) -> None:
    """Fill a volume as the stack's one-shot does."""
    ended = run(image, ["sh", "-euc", _FILL], files, volumes=[*FOLDERS, f"{volume}:/var/lib/hft/data"])
    assert ended == (0, "")
