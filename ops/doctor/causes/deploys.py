"""Causes that lie in a deployment that did not end well."""

from collections.abc import Iterator

from ops.doctor.causes.cause import Cause, Finding, Layer, Likelihood
from ops.doctor.facts import Facts


def _failed(facts: Facts) -> Iterator[Finding]:
    latest = facts.deploys.latest[:1]
    for deploy in latest:
        if deploy.result == "failed":
            yield Finding(
                about="deployment",
                subject=f"stack {facts.stack}",
                evidence=(f"the {deploy.kind} of {deploy.started:%Y-%m-%d %H:%M} failed",),
                command=f"hft up {facts.stack}",
            )


def _cut_off(facts: Facts) -> Iterator[Finding]:
    if facts.deploys.pending:
        names = ", ".join(urn.rpartition("::")[2] for urn in facts.deploys.pending)
        yield Finding(
            about="deployment",
            subject=f"stack {facts.stack}",
            evidence=(f"what became of {names} is unknown",),
            command=f"hft up {facts.stack}",
        )


CAUSES = (
    Cause(
        name="deploy-failed",
        what="the latest deployment failed: the stack may be half of the old and half of the new",
        layer=Layer.HOST,
        likelihood=Likelihood.LIKELY,
        find=_failed,
    ),
    Cause(
        name="deploy-cut-off",
        what="a deployment was cut off",
        layer=Layer.HOST,
        likelihood=Likelihood.LIKELY,
        find=_cut_off,
    ),
)
