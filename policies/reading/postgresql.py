"""PostgreSQL servers as a stack configures them: by arguments, postgresql.conf and pg_hba.conf, or through Patroni."""

import base64
import ipaddress
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import yaml

from policies.pack.resource import Stack
from policies.resources.container import Container

_ASSIGNMENT = re.compile(r"^\s*([a-z_][a-z0-9_.]*)(?:\s*=\s*|\s+(?!=))('(?:[^']|'')*'|[^#\s]+)", re.IGNORECASE)
_CONF = re.compile(r"/postgresql[^/]*\.conf$")
_HBA = re.compile(r"/pg_hba[^/]*\.conf$")
_TREE = re.compile(r"\.(ya?ml|json)$")
_TIME = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d|)\s*$")
_MILLISECONDS = {"us": 1e-3, "ms": 1.0, "": 1.0, "s": 1e3, "min": 60e3, "h": 3_600e3, "d": 86_400e3}
_KINDS = ("local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc")
_FLAGS = {"-F": ("fsync", "off"), "-l": ("ssl", "on")}
"""PostgreSQL documentation, postgres: short names of parameters."""
_DYNAMIC = frozenset({"loop_wait", "synchronous_mode"})
"""A file with one of these is what all nodes of a Patroni cluster share."""
_CACHED_FILES = 256


def is_true(text: str) -> bool:
    """Whether PostgreSQL and Patroni take a text for "on"; PostgreSQL takes every beginning of `true` and `yes`."""
    word = text.lower()
    return word in ("on", "1") or (word != "" and ("true".startswith(word) or "yes".startswith(word)))


def milliseconds(text: str) -> float | None:
    """A time as PostgreSQL writes it, in milliseconds unless it says otherwise; None if it is none."""
    found = _TIME.match(text)
    return float(found[1]) * _MILLISECONDS[found[2]] if found else None


@dataclass(frozen=True)
class Access:
    """One line of pg_hba.conf, without its options, which may hold a password."""

    kind: str
    database: str
    user: str
    address: str
    method: str

    @property
    def remote(self) -> bool:
        """Whether it is about the network."""
        return self.kind != "local"

    @property
    def databases(self) -> list[str]:
        """The databases that it names; `all` is every one, but for physical replication."""
        return self.database.split(",")

    @property
    def users(self) -> list[str]:
        """The roles that it names."""
        return self.user.split(",")

    def __str__(self) -> str:
        return " ".join(filter(None, (self.kind, self.database, self.user, self.address, self.method)))


@dataclass(frozen=True)
class Node:
    """One server of a cluster."""

    container: Container
    beside: Sequence[Container] = ()
    """Containers of its component that are no servers: jobs, whose files may say what all servers share."""
    dynamic: Mapping[str, Any] | None = None
    """Patroni's configuration that all nodes share."""

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        """Those that are set, in lower case; what is said nearer to the server holds."""
        found = _section_parameters(_part(self.dynamic or {}, "postgresql"))
        for _, text in (*_files(self.beside, _CONF), *_files([self.container], _CONF)):
            found.update(_conf(text))
        for section in self._sections:
            found.update(_section_parameters(section))
        found.update(_arguments(self.container))
        return found

    def parameter(self, name: str, default: str) -> str:
        """A parameter, or PostgreSQL's default."""
        return self.parameters.get(name, default)

    def word(self, name: str, default: str) -> str:
        """A parameter that is one word out of some, which PostgreSQL reads in any case."""
        return self.parameter(name, default).lower()

    def words(self, name: str) -> list[str]:
        """A parameter that is a list of words, in order."""
        return [each.strip(' "').lower() for each in self.parameter(name, "").split(",")]

    def is_on(self, name: str, *, default: bool) -> bool:
        """A parameter that is on or off."""
        return is_true(self.parameter(name, "on" if default else "off"))

    @cached_property
    def access(self) -> Sequence[Access]:
        """The lines of pg_hba.conf, in order; none where the stack does not say them."""
        lines = next(filter(None, self._access_lines()), [])
        return [access for access in map(_access, lines) if access]

    @cached_property
    def initdb(self) -> Sequence[str]:
        """The options of initdb that have no value, where the stack says them."""
        options = [option for tree in _trees([self.container]) for option in _texts(_part(tree, "bootstrap"), "initdb")]
        return options + self._env("POSTGRES_INITDB_ARGS").split()

    @property
    def data_folder(self) -> str:
        """Where the files of the database are; empty where the stack does not say it."""
        return self.parameter("data_directory", self._env("PGDATA"))

    @cached_property
    def _sections(self) -> Sequence[Mapping[str, Any]]:
        return [_part(tree, "postgresql") for tree in _trees([self.container])]

    def _access_lines(self) -> Iterator[list[str]]:
        """What may be in force, and holds where nothing before it is said."""
        yield [line for section in self._sections[::-1] for line in _texts(section, "pg_hba")]
        for containers in ([self.container], self.beside):
            yield [line for _, text in _files(containers, _HBA) for line in text.splitlines()]
        yield _texts(_part(self.dynamic or {}, "postgresql"), "pg_hba")
        yield [line for tree in _trees([self.container]) for line in _texts(_part(tree, "bootstrap"), "pg_hba")]
        # The official image writes this line (docker-library/postgres, docker-entrypoint.sh).
        method = self._env("POSTGRES_HOST_AUTH_METHOD")
        yield [f"host all all all {method}"] if method else []

    def _env(self, name: str) -> str:
        found = (entry.partition("=") for entry in self.container.texts("envs"))
        return next((value for variable, _, value in found if variable == name), "")


@dataclass(frozen=True)
class Server:
    """One cluster: its servers, and what is said of them anywhere in the same component."""

    containers: list[Container]
    """Those that run it."""
    beside: Sequence[Container] = ()
    """The others of the component."""

    @property
    def at(self) -> Container:
        """The container that messages about the whole name."""
        return self.containers[0]

    @cached_property
    def nodes(self) -> Sequence[Node]:
        """The same, each as it is configured."""
        return [Node(each, self.beside, self.dynamic) for each in self.containers]

    @cached_property
    def by_patroni(self) -> bool:
        """Whether Patroni runs it."""
        return any("scope" in tree for tree in _trees(self.containers))

    @cached_property
    def dynamic(self) -> Mapping[str, Any]:
        """Patroni's configuration that all nodes share: how it begins, and what a job makes of it."""
        found: dict[str, Any] = {}
        for tree in _trees(self.containers):
            found.update(_part(_part(tree, "bootstrap"), "dcs"))
        for tree in _trees(self.beside):
            found.update(tree if _DYNAMIC & tree.keys() else {})
        return found


def servers(stack: Stack) -> Sequence[Server]:
    """The PostgreSQL clusters of a stack, grouped once for all rules."""
    return stack.once(_servers)


def _servers(stack: Stack) -> Sequence[Server]:
    containers = stack.of(Container)
    groups: dict[str, list[Container]] = {}
    for container in containers:
        if not container.runs_once and container.runs_postgresql:
            groups.setdefault(_cluster(container), []).append(container)
    return [Server(nodes, _beside(nodes, containers)) for nodes in groups.values()]


def _cluster(container: Container) -> str:
    """The nodes of one component are one, outside of components those of one Patroni scope; else each is its own."""
    if container.ancestors:
        return container.parent
    scopes = (str(tree["scope"]) for tree in _trees([container]) if "scope" in tree)
    return next(scopes, container.urn)


def _beside(nodes: Sequence[Container], containers: Iterable[Container]) -> list[Container]:
    own = {each.urn for each in nodes}
    return [each for each in containers if each.ancestors and each.parent == nodes[0].parent and each.urn not in own]


def _files(containers: Iterable[Container], name: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Files and their content: of one container after the other, by name, as Patroni reads a folder."""
    for container in containers:
        found = [upload for upload in container.items("uploads") if name.search(str(upload.get("file")))]
        for upload in sorted(found, key=lambda each: str(each["file"])):
            yield str(upload["file"]), str(upload.get("content") or _decoded(str(upload.get("contentBase64") or "")))


def _decoded(content: str) -> str:
    try:
        return base64.b64decode(content).decode(errors="replace")
    except ValueError:
        return ""


def _trees(containers: Iterable[Container]) -> Iterator[Mapping[str, Any]]:
    for file, text in _files(containers, _TREE):
        tree = _tree(text, is_json=file.endswith(".json"))
        if isinstance(tree, dict):
            yield tree


@lru_cache(_CACHED_FILES)
def _tree(text: str, *, is_json: bool) -> Any:
    """Each file once, for all rules and nodes; None for what cannot be read."""
    try:
        return json.loads(text) if is_json else yaml.safe_load(text)
    except Exception:
        # PyYAML raises nearly anything for what is no YAML: `!!bool x` a KeyError, `!!int` an IndexError. It is the
        # slow one, as libyaml ends the process where a file is nested deeply.
        return None


def _part(tree: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = tree.get(name)
    return found if isinstance(found, dict) else {}


def _texts(tree: Mapping[str, Any], name: str) -> list[str]:
    found = tree.get(name)
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def _section_parameters(section: Mapping[str, Any]) -> dict[str, str]:
    """What Patroni's `postgresql` says; null there is "not set"."""
    parameters = _part(section, "parameters").items()
    found = {str(name).lower(): _text(value) for name, value in parameters if isinstance(value, str | int | float)}
    if "listen" in section:
        found["listen_addresses"] = str(section["listen"]).rsplit(":", 1)[0]
    if "data_dir" in section:
        found["data_directory"] = str(section["data_dir"])
    return found


def _text(value: Any) -> str:
    """As PostgreSQL gets it: YAML takes a bare `off` for false."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value).strip()


@lru_cache(_CACHED_FILES)
def _conf(text: str) -> Mapping[str, str]:
    lines = (_ASSIGNMENT.match(line) for line in text.splitlines())
    return {found[1].lower(): _unquoted(found[2]) for found in lines if found}


def _unquoted(value: str) -> str:
    return value[1:-1].replace("''", "'").strip() if value.startswith("'") else value


def _arguments(container: Container) -> dict[str, str]:
    """What `-c name=value`, `-cname=value`, `--name=value` and short names say."""
    words = [*container.texts("entrypoints"), *container.texts("command")]
    found: dict[str, str] = {}
    for word, following in zip(words, [*words, ""][1:], strict=True):
        said = following if word == "-c" else word[2:] if word.startswith(("-c", "--")) else ""
        name, is_assignment, value = said.partition("=")
        if is_assignment:
            found[name.lower().replace("-", "_")] = value
        elif word in _FLAGS:
            found.update([_FLAGS[word]])
    return found


def _access(line: str) -> Access | None:
    words = re.sub(r",\s+", ",", line.partition("#")[0].replace('"', "")).split()
    kind = words[0] if words else ""
    if kind not in _KINDS:
        return None
    if kind == "local":
        words.insert(3, "")
    elif len(words) > 5 and (prefix := _prefix(words[4])) is not None:  # noqa: PLR2004 - kind, two names, address, mask
        words[3:5] = [f"{words[3]}/{prefix}"]
    return Access(*words[:5]) if len(words) >= 5 else None  # noqa: PLR2004


def _prefix(mask: str) -> int | None:
    """The length of a mask such as 255.0.0.0."""
    try:
        return int(ipaddress.ip_address(mask)).bit_count()
    except ValueError:
        return None
