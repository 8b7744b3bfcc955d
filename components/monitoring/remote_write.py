"""What an operator chooses about a second place for metrics: how they get there, and what that may cost."""

import re
from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import AfterValidator, Field, model_validator

from components._common.addresses import SafeUrl
from components._common.settings import Settings

# What Python and RE2 read alike, and names of metrics need no more: their characters and classes of these, each with
# one quantifier at most, alternatives and groups. RE2 has no lookaround, no backreferences and nothing possessive, and
# a Prometheus with a pattern that RE2 does not read never starts.
_SAFE: Final = re.compile(r"(?:(?:[A-Za-z0-9_:.)]|\[(?:[A-Za-z0-9_](?:-[A-Za-z0-9_])?)+\])[*+?]?|[|(])+")


def _readable(pattern: str) -> str:
    if not _SAFE.fullmatch(pattern):
        raise ValueError(
            "it may have letters, digits, _ : . | ( ) and [ ], each with one of * + ? at most: write it with these"
        )
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"it is no pattern ({error}): mend it, such as hft_.*|up") from None
    return pattern


class RemoteWriteSettings(Settings):
    """One store that takes Prometheus' remote write, such as Mimir, Thanos or VictoriaMetrics."""

    name: str = Field(pattern=r"^[a-z][a-z0-9-]{0,26}$")
    """Name of it in Prometheus' own metrics; its secret is `remote-write-<name>`."""
    url: SafeUrl
    """Where samples are pushed."""
    username: str | None = Field(default=None, min_length=1)
    """Login there; the secret is its password."""
    bearer: bool = False
    """Whether the secret is a token instead, sent as `Authorization: Bearer`."""
    metrics: Annotated[str, Field(min_length=1), AfterValidator(_readable)] | None = None
    """Pattern of the names of metrics that are sent, such as `hft_.*|up`; it has to fit all of a name. Left out, all
    are."""
    shards_max: int = Field(default=4, ge=1, le=50)
    """Most requests at once, each with a queue of its own in memory. Prometheus' own default is 50; a request has 2000
    samples, so that four of them, at 100 ms each, send 80,000 a second."""
    queue_samples: int = Field(default=10000, ge=6000, le=20000)
    """Samples that wait in memory for each of these; 3 to 10 requests (Prometheus docs, "Remote write tuning"), 10000
    is its default. What does not fit waits in the write-ahead log, and is lost after two hours."""

    @property
    def secret(self) -> str | None:
        """Name of its secret; None where it needs none."""
        return f"remote-write-{self.name}" if self.username or self.bearer else None

    @model_validator(mode="after")
    def _it_logs_in_in_one_way(self) -> "RemoteWriteSettings":
        if self.username and self.bearer:
            raise ValueError(f"remote_write {self.name} has both username and bearer: keep one of them")
        return self


def check_remote_writes(stores: Sequence[RemoteWriteSettings]) -> None:
    """Raise ValueError where two have one name."""
    names = [store.name for store in stores]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise ValueError(
                f"remote_write[{at}].name={name} is also remote_write[{names.index(name)}].name: rename one of them"
            )
