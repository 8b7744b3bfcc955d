"""`docker.Container`."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import ClassVar, NamedTuple

from policies.pack.resource import Resource

TIER_LABEL = "hft.tier"
AUDIT_LABEL = "hft.audit"
_POSTGRESQL_FILE = re.compile(r"/(patroni[^/]*(/[^/]+)?\.ya?ml|postgresql[^/]*\.conf)$")
_POSTGRESQL_IMAGE = re.compile(r"(^|/)(postgres|postgresql|timescaledb(-ha)?|patroni|spilo(-\d+)?)([:@]|$)")


class Tier(StrEnum):
    """What a container is there for; the label `hft.tier` says it."""

    ENGINE = "engine"
    """The hot path."""
    DATA = "data"
    """PostgreSQL and etcd."""
    INFRA = "infra"
    """The rest."""


_BY_COMPONENT = (("hft:trading:", Tier.ENGINE), ("hft:database:", Tier.DATA), ("hft:", Tier.INFRA))
"""What a container of one of this project's components is, if it has no label."""


class Limit(NamedTuple):
    """One ulimit; -1 is unlimited."""

    soft: int
    hard: int


class Mount(NamedTuple):
    """One mount; the source is a volume's name or a path of the host, empty for an anonymous volume."""

    source: str
    target: str
    read_only: bool


class Container(Resource):
    """A container on one Docker host."""

    TYPE: ClassVar[str] = "docker:index/container:Container"

    def label(self, name: str) -> str | None:
        """The value of a label."""
        return next((str(each["value"]) for each in self.items("labels") if each.get("label") == name), None)

    @cached_property
    def declared_tier(self) -> Tier | None:
        """What the label says, else the component that it is part of; None if neither does."""
        said = self.label(TIER_LABEL)
        if said in tuple(Tier):
            return Tier(said)
        found = (
            tier
            for component in reversed(self.ancestors)
            for start, tier in _BY_COMPONENT
            if component.startswith(start)
        )
        return next(found, None)

    @property
    def tier(self) -> Tier:
        """What it is judged as: `infra` if nothing says otherwise, which the rule `tier-declared` tells."""
        return self.declared_tier or Tier.INFRA

    @property
    def is_engine(self) -> bool:
        """Whether it is on the hot path."""
        return self.tier is Tier.ENGINE

    @property
    def runs_once(self) -> bool:
        """Whether it is a job that ends, not a service."""
        return self.inputs.get("mustRun") is False

    @property
    def is_audit(self) -> bool:
        """Whether its log is an audit trail."""
        return self.label(AUDIT_LABEL) == "true"

    @property
    def runs_postgresql(self) -> bool:
        """Whether it is a PostgreSQL server: its data folder, its configuration or its image says so."""
        files = [str(each.get("file")) for each in self.items("uploads")]
        named = _POSTGRESQL_IMAGE.search(str(self.inputs.get("image") or "")) is not None
        return named or self._starts_postgres or any(_POSTGRESQL_FILE.search(file) for file in files)

    @property
    def on_host_network(self) -> bool:
        """Whether it has the host's own network."""
        return self.inputs.get("networkMode") == "host"

    @property
    def limits(self) -> Mapping[str, Limit]:
        """The ulimits by name."""
        return {each["name"]: Limit(each["soft"], each["hard"]) for each in self.items("ulimits")}

    @property
    def sysctls(self) -> Mapping[str, str]:
        """The kernel's settings by name."""
        return {name: str(value) for name, value in (self.inputs.get("sysctls") or {}).items()}

    @property
    def log_options(self) -> Mapping[str, str]:
        """The options of the log driver."""
        return dict(self.inputs.get("logOpts") or {})

    @property
    def added_capabilities(self) -> list[str]:
        """Without `CAP_`."""
        return self._capabilities("adds")

    @property
    def dropped_capabilities(self) -> list[str]:
        """Without `CAP_`."""
        return self._capabilities("drops")

    @property
    def mounts(self) -> list[Mount]:
        """What `volumes` and `mounts` say."""
        volumes = [
            Mount(
                str(each.get("hostPath") or each.get("volumeName") or ""),
                str(each.get("containerPath") or ""),
                bool(each.get("readOnly")),
            )
            for each in self.items("volumes")
        ]
        return volumes + [
            Mount(str(each.get("source") or ""), each["target"], bool(each.get("readOnly")))
            for each in self.items("mounts")
        ]

    @property
    def _starts_postgres(self) -> bool:
        """By its name and options alone; of other programs no argument is read, which may not be known."""
        command = self.inputs.get("command") or [""]
        return command[0] == "postgres" and (len(command) == 1 or str(command[1]).startswith("-"))

    def _capabilities(self, way: str) -> list[str]:
        named = (self.inputs.get("capabilities") or {}).get(way) or ()
        return [str(each).upper().removeprefix("CAP_") for each in named]
