"""Compliance: what a regime asks of records and clocks, and how old a key may become."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pulumi_policy import Severity

from policies.pack.resource import Stack
from policies.pack.rule import ResourceRule, StackRule, Violation, whole
from policies.reading.monitoring import Prometheus, prometheus_servers
from policies.regimes import REGIME, REGIMES
from policies.resources import Container, LocallySignedCert, PrivateKey

_DAY_SECONDS = 86_400
_HOURS = 24
_LEAST_RSA_BITS = 3_072
"""NIST SP 800-57 part 1, table 2: 128 bits of strength."""
_WEAK_CURVE = "P224"
_CLOCK_BOUND = re.compile(
    r"(?<!hft_)clock_error_seconds(?::\w+)?(?:\{[^}]*\})?(?:\[[^\]]*\])?[\s)]*"
    r">=?\s*(\d[\d.]*(?:e[+-]?\d+)?)(?=\s*(?:$|\)|(?:and|or|unless)\b))"
)
"""Of the host's clock, as this library and the chrony exporter record it. An engine's metric has the kernel's bound."""
_RECORDS = ("order", "audit", "trade", "execution", "fill")


def _kept_as_asked(stack: Stack, *, regime: str) -> Iterator[Violation]:
    asked = REGIMES[regime]
    if not asked.audits:
        return
    for container, table in _tables(stack):
        name, kept = str(table.get("table")), table.get("retention_seconds")
        if not isinstance(kept, int | float) or not any(word in name.lower() for word in _RECORDS):
            continue
        days = kept / _DAY_SECONDS
        if days < asked.retention_days:
            yield Violation(
                f"{name} is kept for {days:g} days; {asked.title} asks for {asked.retention_days} ({asked.source}): "
                "remove its retention or raise it",
                container,
            )


def _tables(stack: Stack) -> Iterator[tuple[Container, Mapping[str, Any]]]:
    """The hypertables that files of the stack describe."""
    for container in stack.of(Container):
        for upload in container.items("uploads"):
            if str(upload.get("file")).endswith(".json"):
                for table in _hypertables(str(upload.get("content"))):
                    yield container, table


def _hypertables(text: str) -> list[Mapping[str, Any]]:
    # Most files have none, and some are large.
    found = _json(text) if '"hypertables"' in text else None
    listed = found.get("hypertables") if isinstance(found, dict) else None
    return [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _clock_told(stack: Stack, *, regime: str) -> Iterator[Violation]:
    asked = REGIMES[regime]
    if asked.clock_error_us is None:
        return
    allowed = f"{asked.title} allows {asked.clock_error_us} µs ({asked.clock_source})"
    for server in prometheus_servers(stack):
        us, name = min(_clock_bounds_us(server), default=(0.0, ""))
        if not name:
            yield Violation(f"no alert tells that a clock is off UTC; {allowed}: add one", server.container)
        elif us > asked.clock_error_us:
            yield Violation(
                f"alert {name} waits until a clock may be {us:g} µs off UTC; {allowed}: lower it to that",
                server.container,
            )


def _clock_bounds_us(server: Prometheus) -> list[tuple[float, str]]:
    """Bound in µs and alert, of those that page where any does: a ticket before it only warns."""
    matches = [(alert, match) for alert in server.alerts if (match := _CLOCK_BOUND.search(alert.expression))]
    pages = [each for each in matches if each[0].labels.get("severity") == "page"]
    return [(float(match[1]) * 1e6, alert.name) for alert, match in pages or matches]


def _renewed(certificate: LocallySignedCert, *, most_days: int) -> Iterator[str]:
    hours, early = certificate.amount("validityPeriodHours"), certificate.amount("earlyRenewalHours")
    if hours is None or hours > most_days * _HOURS:
        shown = " is not set" if hours is None else f"={hours}"
        yield (
            f"validityPeriodHours{shown}: a key that was lost opens doors that long; "
            f"set it to {most_days * _HOURS} or less"
        )
    if early is None:
        yield "earlyRenewalHours is not set, so it is renewed after it has ended; set it to a third of its life"
    elif hours is not None and early >= hours:
        yield f"earlyRenewalHours={early} is its whole life, so every `up` renews it; set it to a third of that"


def _strong(key: PrivateKey) -> Iterator[str]:
    algorithm = key.inputs.get("algorithm")
    bits = key.inputs.get("rsaBits") or 2_048
    if algorithm == "RSA" and bits < _LEAST_RSA_BITS:
        yield (
            f"rsaBits={bits} is below 128 bits of strength; "
            f"set {_LEAST_RSA_BITS}, or algorithm=ECDSA with ecdsaCurve=P256"
        )
    # The tls provider's default (registry, tls_private_key).
    if algorithm == "ECDSA" and (key.inputs.get("ecdsaCurve") or _WEAK_CURVE) == _WEAK_CURVE:
        yield f"ecdsaCurve={_WEAK_CURVE} is below 128 bits of strength; set it to P256"


RULES = (
    StackRule(
        name="records-kept-as-the-regime-asks",
        description="Orders and their trail are kept as long as the regime asks: no job may drop them before.",
        severity=Severity.CRITICAL,
        check=_kept_as_asked,
        numbers={"regime": REGIME},
        steps="Remove retention of tables of orders and audit, or raise it to the regime's days.",
        source="RTS 6 (2017/589) Art. 28; MiCA Art. 68(9); SEC 17a-4(a)",
        tags=("audit", "data"),
    ),
    StackRule(
        name="clock-told-as-the-regime-asks",
        description="An alert comes before a clock is further off UTC than the regime allows: stamps cannot be mended.",
        severity=Severity.HIGH,
        check=_clock_told,
        numbers={"regime": REGIME},
        steps="Set hft:monitoring clock_limit_us to the regime's microseconds or less.",
        source="RTS 25 (2017/574) Annex, table 2; FINRA 4590",
        tags=("audit", "alerts"),
    ),
    ResourceRule(
        name="certificates-short-lived",
        description="A certificate lives 90 days and is renewed before: a key that was lost is soon worth nothing.",
        severity=Severity.HIGH,
        of=LocallySignedCert,
        check=_renewed,
        numbers={"most_days": whole(90, 1, 398, "Longest life, in days.")},
        steps="Set LocallySignedCert.validity_period_hours to 2160 and early_renewal_hours to 720.",
        source="https://cabforum.org/working-groups/server/baseline-requirements/",
        tags=("tls", "secrets"),
    ),
    ResourceRule(
        name="keys-strong",
        description="A key has 128 bits of strength; an elliptic curve also saves a millisecond of each handshake.",
        severity=Severity.HIGH,
        of=PrivateKey,
        check=_strong,
        steps="Set PrivateKey.algorithm=ECDSA and ecdsa_curve=P256.",
        source="https://nvlpubs.nist.gov/nistpubs/SpecialPublications/NIST.SP.800-57pt1r5.pdf",
        tags=("tls", "secrets"),
    ),
)
