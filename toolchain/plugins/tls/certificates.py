"""What both sorts of certificate share: their inputs, how one is issued, and when it is due to be renewed."""

import datetime
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from toolchain.plugins.framework import (
    ProviderError,
    Result,
    Table,
    Values,
    at_least,
    boolean,
    integer,
    listing,
    string,
)
from toolchain.plugins.tls import keys, uses
from toolchain.plugins.tls.base import Logical

_SERIAL_BITS = 128
DUE = "readyForRenewal"
TERMS: Table = {
    "validityPeriodHours": integer(required=True, replaces=True, problem=at_least(0, " hours")),
    "allowedUses": listing(string(), required=True, replaces=True, problem=uses.problem),
    "earlyRenewalHours": integer(default=0, from_state=True, problem=at_least(0, " hours")),
    "isCaCertificate": boolean(default=False, replaces=True, from_state=True),
    "maxPathLength": integer(replaces=True, problem=at_least(-1)),
    "setSubjectKeyId": boolean(default=False, replaces=True, from_state=True),
}
"""The inputs of every certificate beside the keys and the names."""
ISSUED: Table = {
    "certPem": string(),
    "validityStartTime": string(),
    "validityEndTime": string(),
    DUE: boolean(),
}
"""The outputs of every certificate."""


def now() -> datetime.datetime:
    """The time, in the seconds that a certificate holds."""
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)


class Certificate(Logical):
    """A certificate, which `up` makes anew from `earlyRenewalHours` before its end."""

    outputs: ClassVar[Table] = ISSUED

    @classmethod
    def outdated(cls, state: Values, inputs: Values) -> Iterable[str]:
        """`readyForRenewal` once the time has come. An early renewal as long as the validity makes every `up` renew."""
        early = inputs.get("earlyRenewalHours", 0)
        end = state.get("validityEndTime")
        if isinstance(early, int) and isinstance(end, str) and _due(end, early):
            yield DUE

    def read(self, resource_id: str, state: Values) -> Result | None:
        """What the state holds, and whether it is due by now."""
        found = super().read(resource_id, state)
        if found and _due(state["validityEndTime"], state.get("earlyRenewalHours", 0)):
            found.outputs[DUE] = True
        return found

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """Another `earlyRenewalHours` changes when it is due, not the certificate."""
        return {DUE: due_at_once(inputs)}


@dataclass(frozen=True, kw_only=True)
class Issuer:
    """Who signs: a key, its name, and the identifier that its certificates refer to (None: they do not)."""

    key: keys.Key
    name: x509.Name
    key_id: bytes | None


def issue(
    inputs: Values,
    issuer: Issuer,
    *,
    subject: x509.Name,
    names: list[x509.GeneralName],
    public: keys.PublicKey,
) -> Result:
    """A signed certificate on the terms of `inputs`.

    Raises:
        ProviderError: a certificate authority without a subject, which RFC 5280, 4.1.2.6 rules out.
    """
    authority = inputs["isCaCertificate"]
    if authority and not list(subject):
        raise ProviderError("property subject: a certificate authority needs at least one part of a name")
    start = now()
    end = start + datetime.timedelta(hours=inputs["validityPeriodHours"])
    serial = secrets.randbits(_SERIAL_BITS) or 1
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.name)
        .public_key(public)
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(end)
    )
    for extension, critical in _extensions(inputs, issuer, names, public, named=bool(list(subject))):
        builder = builder.add_extension(extension, critical=critical)
    signed = builder.sign(issuer.key, keys.digest(issuer.key))
    return Result(
        id=str(serial),
        outputs={
            "certPem": signed.public_bytes(Encoding.PEM).decode(),
            "validityStartTime": _written(start),
            "validityEndTime": _written(end),
            DUE: due_at_once(inputs),
        },
    )


def due_at_once(inputs: Values) -> bool:
    """Whether the terms leave no time at all before the renewal."""
    return bool(inputs["earlyRenewalHours"] >= inputs["validityPeriodHours"])


def parse(pem: str, name: str) -> x509.Certificate:
    """The certificate in `pem`. Raises ProviderError, which names the input `name`."""
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError as error:
        raise ProviderError(f"{name} is not a certificate in PEM") from error


def _extensions(
    inputs: Values, issuer: Issuer, names: list[x509.GeneralName], public: keys.PublicKey, *, named: bool
) -> Iterable[tuple[Any, bool]]:
    authority, length = inputs["isCaCertificate"], inputs.get("maxPathLength", -1)
    usage, extended = uses.key_usage(inputs["allowedUses"]), uses.extended(inputs["allowedUses"])
    if usage:
        yield usage, True
    if extended:
        yield extended, False
    yield x509.BasicConstraints(ca=authority, path_length=length if authority and length >= 0 else None), True
    if authority or inputs["setSubjectKeyId"]:
        yield x509.SubjectKeyIdentifier.from_public_key(public), False
    if issuer.key_id:
        yield x509.AuthorityKeyIdentifier(issuer.key_id, None, None), False
    if names:
        yield x509.SubjectAlternativeName(names), not named


def _due(end: str, early_hours: int) -> bool:
    return now() >= datetime.datetime.fromisoformat(end) - datetime.timedelta(hours=early_hours)


def _written(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
