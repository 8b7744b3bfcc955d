"""Causes that lie in certificates: ended, about to end, or refused by those who connect."""

from collections.abc import Iterator
from datetime import timedelta

from ops.certs import Certificate
from ops.doctor.causes.cause import Cause, Finding, Layer, Likelihood, place
from ops.doctor.facts import Container, Facts
from ops.doctor.reach import affected

_SOON = timedelta(days=3)
"""As the alert CertificateEnding."""


def _owner(facts: Facts, certificate: Certificate) -> Container | None:
    """The part whose certificate it is, called by its role, or its role and host."""
    names = {name: each for each in facts.parts for name in (f"{each.role}-{each.host}", each.role)}
    return names.get(certificate.part)


def _ended(facts: Facts) -> Iterator[Finding]:
    for each in facts.certificates:
        if each.ends <= facts.at:
            owner = _owner(facts, each)
            # Without its authority nobody connects to anybody.
            keys = [owner.key] if owner else [part.key for part in facts.parts if each.part == "authority"]
            yield Finding(
                about=f"certificate {each.part}",
                subject=f"certificate of {each.part}",
                evidence=(f"it ended {each.ends:%Y-%m-%d %H:%M}",),
                command=f"hft up {facts.stack}",
                affects=affected(facts, *keys),
            )


def _ending(facts: Facts) -> Iterator[Finding]:
    for each in facts.certificates:
        if facts.at < each.ends <= facts.at + _SOON:
            yield Finding(
                about=f"certificate {each.part}",
                subject=f"certificate of {each.part}",
                evidence=(f"it ends {each.ends:%Y-%m-%d %H:%M}",),
                command=f"hft up {facts.stack}",
            )


def _refused(facts: Facts) -> Iterator[Finding]:
    doors: dict[str, list[str]] = {}
    for door in facts.doors:
        if door.refused:
            doors.setdefault(door.part, []).append(f"{door.address}: {door.problem}")
    for part, evidence in doors.items():
        if (container := facts.part(part)) and container.runs and not container.halted:
            yield Finding(
                about=part,
                subject=place(container),
                evidence=tuple(evidence),
                command=f"hft certs renew {facts.stack} {_certificate_of(facts, container)}",
                affects=affected(facts, part),
            )


def _certificate_of(facts: Facts, container: Container) -> str:
    names = {each.part for each in facts.certificates}
    with_host = f"{container.role}-{container.host}"
    return with_host if with_host in names else container.role


CAUSES = (
    Cause(
        name="certificate-ended",
        what="it has ended, and nobody takes it",
        layer=Layer.PART,
        likelihood=Likelihood.CERTAIN,
        find=_ended,
        runbook="CertificateEnding",
    ),
    Cause(
        name="certificate-refused",
        what="its certificate is not what its clients take",
        layer=Layer.PART,
        likelihood=Likelihood.CERTAIN,
        find=_refused,
        runbook="CertificateEnding",
    ),
    Cause(
        name="certificate-ending",
        what="it ends soon",
        layer=Layer.PART,
        likelihood=Likelihood.POSSIBLE,
        find=_ending,
        runbook="CertificateEnding",
    ),
)
