"""Shared fixtures: a recording mock monitor, and placements on mock providers.

The mock monitor proves names, inputs, secrecy, providers and direct parents. It does not prove aliases, replacement,
the providers' own checks, or what register_outputs holds.
"""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_docker as docker
import pytest
from hypothesis import settings as hypothesis_settings
from pulumi.runtime import MockCallArgs, MockResourceArgs, Mocks, set_mocks
from pulumi.runtime.mocks import MockMonitor

from components._common.placement import Placement, Placements
from components._common.tls import Life, LiveCertificate, Tls
from tests.golden import Golden

# Hypothesis's own deadline of 200 ms for an example judges the machine, not the code.
hypothesis_settings.register_profile("hft", deadline=None)
hypothesis_settings.load_profile("hft")

_SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"
_SIGNATURE_KEY = "4dabf18193072939515e22adb298388d"

CONTAINER = "docker:index/container:Container"
VOLUME = "docker:index/volume:Volume"


@dataclass(frozen=True)
class Secret:
    """A secret input as the recorder shows it."""

    value: Any


@dataclass(frozen=True)
class Registration:
    """One resource as it was registered."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    provider: str
    custom: bool


@dataclass(frozen=True)
class Safety:
    """The options that keep a resource from being lost."""

    protect: bool
    retain_on_delete: bool
    parent: str = field(default="", compare=False)
    """URN of the component that it is part of."""


class _Monitor(MockMonitor):
    """Shows the recorder what mocks are not told."""

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name of the remote procedure
        assert isinstance(self.mocks, Recorder)
        self.mocks.note(request.type, request.name, Safety(request.protect, request.retainOnDelete, request.parent))
        return super().RegisterResource(request)


class Recorder(Mocks):
    """Keeps every registration; registrations come from a thread pool in random order, so nothing relies on arrival."""

    def __init__(self) -> None:
        self.outputs: dict[str, dict[str, Any]] = {}
        """Type token or logical name → outputs to add to what new_resource returns."""
        self._lock = threading.Lock()
        self._registrations: list[Registration] = []
        self._safety: dict[tuple[str, str], Safety] = {}

    def note(self, type_token: str, name: str, safety: Safety) -> None:
        """Keep the options of one resource."""
        with self._lock:
            self._safety[type_token, name] = safety

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        unwrapped = {key: _unwrap(value) for key, value in args.inputs.items()}
        with self._lock:
            self._registrations.append(
                Registration(args.typ, args.name, unwrapped, args.provider or "", bool(args.custom))
            )
        return f"{args.name}-id", {
            **args.inputs,
            **_computed(args),
            **self.outputs.get(args.typ, {}),
            **self.outputs.get(args.name, {}),
        }

    def call(self, args: MockCallArgs) -> dict[Any, Any]:
        raise AssertionError(f"a component called {args.token}")

    def run(self, build: Callable[[], Any]) -> Any:
        """Build resources, wait for everything outstanding, and give the (resolved) result of `build`."""
        found: list[Any] = []

        @pulumi.runtime.test
        def program() -> pulumi.Output[Any]:
            return pulumi.Output.from_input(build()).apply(found.append)

        program()
        return found[0]

    @property
    def registrations(self) -> list[Registration]:
        """Everything registered, sorted by type and name."""
        with self._lock:
            return sorted(self._registrations, key=lambda found: (found.type, found.name))

    def names(self, type_token: str) -> list[str]:
        """Sorted logical names of one type."""
        return [found.name for found in self.registrations if found.type == type_token]

    def inputs(self, type_token: str, name: str) -> dict[str, Any]:
        """The inputs of one resource; secrets are `Secret(value)`."""
        return dict(self._one(type_token, name).inputs)

    def provider(self, type_token: str, name: str) -> str:
        """The logical name of the provider of one resource."""
        return self._one(type_token, name).provider.split("::")[-2]

    def safety(self, type_token: str, name: str) -> Safety:
        """How one resource is kept from being lost; components pass `protect` on to their children."""
        return self._safety[type_token, name]

    def duplicates(self) -> list[tuple[str, str]]:
        """Pairs of type and name that were registered more than once."""
        pairs = [(found.type, found.name) for found in self.registrations]
        return sorted({pair for pair in pairs if pairs.count(pair) > 1})

    def _one(self, type_token: str, name: str) -> Registration:
        matching = [found for found in self.registrations if (found.type, found.name) == (type_token, name)]
        assert len(matching) == 1, f"{type_token} {name!r}: registered {len(matching)} times"
        return matching[0]


def certificate(name: str) -> str:
    """What stands for the certificate of a resource: PEM, but no certificate."""
    return ssl.DER_cert_to_PEM_cert(name.encode())


def _computed(args: MockResourceArgs) -> dict[str, Any]:
    if args.typ == "random:index/randomPassword:RandomPassword":
        return {"result": f"value-of-{args.name}"}
    if args.typ == CONTAINER:
        return {"exitCode": 0}
    if args.typ == "grafana:oss/team:Team":
        return {"teamId": 7}
    if args.typ == "tls:index/privateKey:PrivateKey":
        return {"privateKeyPem": f"value-of-{args.name}"}
    if args.typ.startswith("tls:"):
        ends = {"validityEndTime": "2030-01-01T00:00:00Z", "earlyRenewalHours": args.inputs.get("earlyRenewalHours", 0)}
        return {"certRequestPem": f"request of {args.name}", "certPem": certificate(args.name), **ends}
    return {}


def _unwrap(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get(_SIGNATURE_KEY) == _SECRET_SIGNATURE:
            return Secret(_unwrap(value["value"]))
        return {key: _unwrap(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unwrap(item) for item in value]
    return value


def probe(container: dict[str, Any]) -> list[str]:
    """The health check of a container, without what bounds it and lets it rest."""
    check = container["healthcheck"]
    start, (script, name, limit, _), argv = check["tests"][:3], check["tests"][3:7], check["tests"][7:]
    assert (start, name, f"{limit}s") == (["CMD", "sh", "-c"], "probe", check["interval"])
    assert script.startswith("limit=$1 rest=$2")
    return list(argv)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """A fresh mock monitor for the stack `dev` of the project `hft`."""
    recorder = recording("dev")
    yield recorder
    assert recorder.duplicates() == []


def recording(stack: str, *, preview: bool = False) -> Recorder:
    """A fresh mock monitor for a stack of the project `hft`."""
    recorder = Recorder()
    _have_an_event_loop()
    set_mocks(recorder, project="hft", stack=stack, preview=preview, monitor=_Monitor(recorder))
    return recorder


def _have_an_event_loop() -> None:
    """Pulumi takes the thread's own, which `asyncio.run` in an earlier test has taken away."""
    try:
        asyncio.get_event_loop()
    except RuntimeError:
        asyncio.set_event_loop(asyncio.new_event_loop())


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="rewrite tests/golden instead of comparing with it")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """The committed copies of what a stack renders."""
    return Golden(rewrite=request.config.getoption("--golden"))


def placements(*names: str) -> Placements:
    """Hosts for components under test, with addresses 10.0.0.1, 10.0.0.2 …"""
    return {
        name: Placement(
            host=name,
            address=f"10.0.0.{number}",
            failure_domain=f"rack-{number}",
            housekeeping_cpus="0-1",
            provider=docker.Provider(f"on-{name}", host=f"ssh://{name}"),
        )
        for number, name in enumerate(names, start=1)
    }


def tls(*members: str) -> Tls:
    """Certificates of these members for components under test; each is filled once a resource of its name is there."""
    return Tls(
        authority_pem="the authority",
        live={
            member: LiveCertificate(
                volume=f"hft-dev-{member}-tls",
                filled=pulumi.ComponentResource("test:certs:Filled", f"{member}-filled"),
                fingerprint=f"fingerprint of {member}",
            )
            for member in members
        },
        lives={member: Life(due="2030-01-01T00:00:00Z", end="2030-02-01T00:00:00Z") for member in members},
    )
