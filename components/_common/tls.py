"""Certificates as servers and their clients see them: a live file each, which a renewal changes under a running part.

A part mounts its certificate's volume at `TLS_DIR`, read-only. Where it does not look there by itself, a container that
shares its processes tells it to read the files again (docs/adr/0018-live-certificates.md). Creates no resource.
"""

import hashlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker

from components._common.container import CONFIG_DIR, ContainerSpec
from components._common.endpoint import Endpoint
from components._common.shell import AWAIT

TLS_DIR = "/var/lib/hft/tls"
"""Where a part has its certificate."""
CERTIFICATE_FILE, KEY_FILE = f"{TLS_DIR}/tls.crt", f"{TLS_DIR}/tls.key"
SERVER_AUTHORITY_FILE = f"{TLS_DIR}/ca.crt"
"""The authority, beside a part's own certificate."""
CLIENT_AUTHORITY_FILE = f"{CONFIG_DIR}/ca.crt"
"""The authority in a container that has no certificate of its own."""
CURL_AS_PART = ("--cacert", SERVER_AUTHORITY_FILE, "--cert", CERTIFICATE_FILE, "--key", KEY_FILE)
"""What curl needs to ask a server that lets in none but parts of the stack."""
OWN_FILES = {"authority_file": SERVER_AUTHORITY_FILE, "certificate_file": CERTIFICATE_FILE, "key_file": KEY_FILE}
"""A part's own certificate, as the settings of our programs name its files (workloads/tls.py)."""

_RELOAD_MEMORY_MIB = 32
# Patroni takes the signal at the end of a loop, and loop_wait_seconds is at most 60.
_RELOAD_SECONDS = 90
_RELOAD = f"""\
{AWAIT}\
kill -HUP 1
server=$0 wanted=$1 seconds=$2
shift 2
serve() {{
    served=$(openssl s_client -connect "$server" "$@" < /dev/null 2> /dev/null |
        openssl x509 -noout -fingerprint -sha256 2> /dev/null | tr -d ':' | tr 'A-F' 'a-f')
    [ "${{served#*=}}" = "$wanted" ]
}}
await "$seconds" 0.5 serve "$@" && exit
echo "$server does not serve the certificate $wanted after $seconds s; it serves ${{served:-none}}" >&2
exit 1
"""


@dataclass(frozen=True, kw_only=True)
class LiveCertificate:
    """A part's certificate and key in a volume of its host."""

    volume: pulumi.Input[str]
    """Name of the volume."""
    filled: pulumi.Input[pulumi.Resource]
    """There once the volume holds the certificate: the part has `depends_on=[filled]`."""
    fingerprint: pulumi.Input[str]
    """SHA-256 of the certificate, in hexadecimal: it changes at a renewal."""


@dataclass(frozen=True, kw_only=True)
class Life:
    """When a certificate has to be made anew, as RFC 3339 texts."""

    due: pulumi.Input[str]
    """From then on the next `up` renews it."""
    end: pulumi.Input[str]
    """From then on nobody takes it."""


@dataclass(frozen=True, kw_only=True)
class Tls:
    """What parts and their clients need of a stack's certificates."""

    authority_pem: pulumi.Input[str]
    """The authority's certificate, which clients trust."""
    live: Mapping[str, LiveCertificate]
    """Member, such as `tsdb-0`, → its certificate."""
    lives: Mapping[str, Life]
    """Member, or `authority`, → how long its certificate lives."""


def fingerprint(pem: str) -> str:
    """SHA-256 of a certificate in PEM, in hexadecimal."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def reload_spec(
    *,
    component: str,
    role: str,
    index: int | None = None,
    image: str,
    certificate: LiveCertificate,
    server: docker.Container,
    listens: Endpoint,
    starttls: str | None = "postgres",
) -> ContainerSpec:
    """A one-shot container that has `server` read its files again, and ends well once it serves the certificate.

    `image` is the server's own, so that both are the same user and the signal is allowed. `starttls` is the protocol
    in which the server is asked for TLS, as openssl calls it; None where it speaks TLS from the first byte.
    """
    asked = ["-starttls", starttls] if starttls else []
    return ContainerSpec(
        component=component,
        role=role,
        index=index,
        tier="infra",
        image=image,
        entrypoint=["/bin/sh", "-uc", _RELOAD],
        command=[str(listens), certificate.fingerprint, str(_RELOAD_SECONDS), *asked],
        pid_mode=pulumi.Output.concat("container:", server.id),
        memory_mib=_RELOAD_MEMORY_MIB,
    )
