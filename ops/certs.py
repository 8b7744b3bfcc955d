"""`hft certs …`: which certificates a stack has and until when, and a renewal before its time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pulumi import automation as auto

from ops.errors import OpsError
from ops.secret_list import in_words
from ops.state import State
from ops.workspace import Workspace

HEADS = ("certificate", "valid until", "time left", "renewed by up")
_COMPONENT = "hft:certs:Certificates"
_AUTHORITY = "tls:index/selfSignedCert:SelfSignedCert"
_CERTIFICATE = "tls:index/locallySignedCert:LocallySignedCert"


@dataclass(frozen=True)
class Certificate:
    """A certificate of a stack."""

    part: str
    """Whose it is: `tsdb-0`, or `authority`."""
    urn: str
    ends: datetime
    renewed_from: datetime
    """From when on the next `up` makes it anew."""


def certificates(workspace: Workspace) -> list[Certificate]:
    """The certificates of a stack, the authority's first; none where it was never up."""
    try:
        return issued(workspace.state(workspace.select()))
    except auto.StackNotFoundError:
        return []


def issued(state: State) -> list[Certificate]:
    """The certificates in a state, the authority's first, then by part."""
    components = {resource.urn: resource.name for resource in state.resources if resource.type == _COMPONENT}
    found = []
    for resource in state.of_type(_AUTHORITY, _CERTIFICATE):
        if (parent := str(resource.document.get("parent"))) in components:
            ends = datetime.fromisoformat(str(resource.outputs["validityEndTime"]))
            early = timedelta(hours=float(resource.outputs["earlyRenewalHours"]))
            part = resource.name.removeprefix(f"{components[parent]}-")
            found.append(Certificate(part, resource.urn, ends, ends - early))
    return sorted(found, key=lambda each: (each.part != "authority", each.part))


def rows(found: Iterable[Certificate], now: datetime | None = None) -> list[tuple[str, str, str, str]]:
    """Table rows."""
    moment = now or datetime.now(UTC)
    return [
        (
            each.part,
            f"{each.ends:%Y-%m-%d %H:%M}",
            in_words(each.ends - moment) if each.ends > moment else "none: it has ended",
            "next time" if each.renewed_from <= moment else f"from {each.renewed_from:%Y-%m-%d}",
        )
        for each in found
    ]


def to_renew(found: Sequence[Certificate], parts: Sequence[str]) -> list[str]:
    """URNs of the certificates of these parts; of all parts where none is named, but never of the authority.

    Raises:
        OpsError: a part has no certificate, or the stack has none at all.
    """
    ours = {each.part: each.urn for each in found if each.part != "authority"}
    if not ours:
        raise OpsError("the stack has no certificates: run hft up first")
    if unknown := [part for part in parts if part not in ours]:
        raise OpsError(*(f"{part} has no certificate (there are {', '.join(sorted(ours))})" for part in unknown))
    return [ours[part] for part in (parts or ours)]
