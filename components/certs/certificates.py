"""One authority, and for each part a key, a certificate and the volume in which it finds both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pulumi
import pulumi_docker as docker
from pulumi_tls import CertRequest, CertRequestSubjectArgs, LocallySignedCert, PrivateKey, SelfSignedCert

from components._common.container import CONFIG_DIR, ContainerSpec
from components._common.one_shot import one_shot
from components._common.placement import Placement
from components._common.shell import PUT
from components._common.tls import Life, LiveCertificate, Tls, fingerprint
from components._common.volumes import kept_volume
from components.certs.settings import CertsSettings

TOKEN = "hft:certs:Certificates"
_HOURS = 24
_CURVE = "P256"
# Most parts are servers and clients at once: etcd's members, Patroni.
_USES = ["digital_signature", "key_agreement", "server_auth", "client_auth"]
_DATA_DIR = "/var/lib/hft/data"
_KEY_SECRET = "tls-key"
_FILL_MEMORY_MIB = 32
# Every image has this folder, owned by its user, and a new volume takes over the owner: so the part can read its key.
# Key and certificate match throughout, as a renewal keeps the key.
_FILL = f"""\
{PUT}\
umask 077
cd {_DATA_DIR}
put /run/secrets/{_KEY_SECRET} tls.key
put {CONFIG_DIR}/tls.crt tls.crt
put {CONFIG_DIR}/ca.crt ca.crt
sync .
"""


@dataclass(frozen=True, kw_only=True)
class TlsPart:
    """A part with a certificate of its own, for what it serves and for what it asks others."""

    member: str
    """Its name: `tsdb-0`."""
    placement: Placement
    """Its host: the address there is what the certificate is for."""
    own_addresses: Sequence[str] = ()
    """Further addresses that it is for, such as those of a pooler's processes on their host."""
    image: str
    """Image id of the part: its user owns the key, and must own the image's /var/lib/hft/data."""
    named: bool = False
    """Whether its certificate has its name as common name, which pgBackRest's server knows its clients by. Nobody else
    looks at it, and etcd has a warning for a member's with every request to its gateway."""


@dataclass(frozen=True, kw_only=True)
class CertificatesArgs:
    """What `Certificates` needs."""

    settings: CertsSettings
    """Lives and renewal."""
    parts: Sequence[TlsPart]
    """Who gets a certificate."""


class Certificates(pulumi.ComponentResource):
    """A certificate authority of the stack's own, and a certificate for each part, renewed in place.

    Use one per stack and hand `tls` on to the parts. Keys are made once: secret in state, files of mode 0600 on the
    part's host, nowhere else. A certificate that is due is made anew by the next `up`, which writes it into the part's
    volume; the part itself has the server read it and is not restarted. It revokes nothing: a key that got away is
    made anew with `pulumi up --replace`.
    """

    tls: Tls
    """The authority's certificate, and a live certificate for each part."""

    def __init__(self, name: str, args: CertificatesArgs, opts: pulumi.ResourceOptions | None = None):
        super().__init__(TOKEN, name, {}, opts)
        self._name = name
        self._settings = args.settings
        self._key = self._make_key("authority", protect=True)
        self._authority = self._make_authority()
        keys = {part.member: self._make_key(part.member) for part in args.parts}
        made = {part.member: self._make_certificate(part, keys[part.member]) for part in args.parts}
        self.tls = Tls(
            authority_pem=self._authority.cert_pem,
            live={part.member: self._make_live(part, keys[part.member], made[part.member]) for part in args.parts},
            lives={"authority": _life(self._authority), **{member: _life(each) for member, each in made.items()}},
        )
        fingerprints = {member: each.fingerprint for member, each in self.tls.live.items()}
        self.register_outputs({"tls": {"authority_pem": self.tls.authority_pem, "fingerprints": fingerprints}})

    def _make_key(self, key: str, *, protect: bool = False) -> PrivateKey:
        return PrivateKey(
            f"{self._name}-{key}-key",
            algorithm="ECDSA",
            ecdsa_curve=_CURVE,
            opts=pulumi.ResourceOptions(parent=self, protect=protect, retain_on_delete=protect),
        )

    def _make_authority(self) -> SelfSignedCert:
        return SelfSignedCert(
            f"{self._name}-authority",
            private_key_pem=self._key.private_key_pem,
            subject={"common_name": f"hft {pulumi.get_stack()}", "organization": "hft"},
            is_ca_certificate=True,
            allowed_uses=["cert_signing", "crl_signing"],
            validity_period_hours=self._settings.authority_days * _HOURS,
            # A certificate that outlived its authority would be worthless.
            early_renewal_hours=self._settings.certificate_days * _HOURS,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _make_live(self, part: TlsPart, key: PrivateKey, certificate: LocallySignedCert) -> LiveCertificate:
        volume = kept_volume(
            self,
            f"{self._name}-{part.member}-files",
            component="certs",
            owner=part.member,
            placement=part.placement,
            tier="infra",
            what="tls",
        )
        filled = self._make_fill(part, volume, key, certificate)
        return LiveCertificate(volume=volume.name, filled=filled, fingerprint=certificate.cert_pem.apply(fingerprint))

    def _make_certificate(self, part: TlsPart, key: PrivateKey) -> LocallySignedCert:
        request = CertRequest(
            f"{self._name}-{part.member}-request",
            private_key_pem=key.private_key_pem,
            subject=CertRequestSubjectArgs(organization="hft", common_name=part.member if part.named else None),
            dns_names=[part.member, "localhost"],
            ip_addresses=[part.placement.address, *part.own_addresses],
            opts=pulumi.ResourceOptions(parent=self),
        )
        return LocallySignedCert(
            f"{self._name}-{part.member}",
            cert_request_pem=request.cert_request_pem,
            ca_private_key_pem=self._key.private_key_pem,
            ca_cert_pem=self._authority.cert_pem,
            allowed_uses=_USES,
            validity_period_hours=self._settings.certificate_days * _HOURS,
            early_renewal_hours=self._settings.renewal_days * _HOURS,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _make_fill(
        self, part: TlsPart, volume: docker.Volume, key: PrivateKey, certificate: LocallySignedCert
    ) -> pulumi.Output[pulumi.Resource]:
        spec = ContainerSpec(
            component="certs",
            role=f"{part.member}-tls",
            tier="infra",
            image=part.image,
            entrypoint=["/bin/sh", "-euc", _FILL],
            files={f"{CONFIG_DIR}/tls.crt": certificate.cert_pem, f"{CONFIG_DIR}/ca.crt": self._authority.cert_pem},
            secrets={_KEY_SECRET: key.private_key_pem},
            volumes={_DATA_DIR: volume.name},
            memory_mib=_FILL_MEMORY_MIB,
        )
        return one_shot(self, f"{self._name}-{part.member}-fill", spec, part.placement)


def _life(certificate: SelfSignedCert | LocallySignedCert) -> Life:
    due = pulumi.Output.all(certificate.validity_end_time, certificate.early_renewal_hours).apply(
        lambda known: (datetime.fromisoformat(known[0]) - timedelta(hours=known[1] or 0)).isoformat()
    )
    return Life(due=due, end=certificate.validity_end_time)
