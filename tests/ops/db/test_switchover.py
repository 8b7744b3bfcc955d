"""The order of a switchover, and that nobody stays held back; the programs are played, the drill has the real ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from ops.db.switchover import _Cast, _handed_over
from ops.errors import OpsError

# The part of a switchover in which clients wait is private: its callers need Docker.

Log = list[str]


@dataclass
class Played:
    """A program that answers each word in turn; None = it ends instead."""

    name: str
    answers: list[str | None]
    log: Log
    heard: list[str] = field(default_factory=list)

    def say(self, word: str) -> None:
        self.log.append(f"{self.name} {word}")

    def hear(self, seconds: float) -> str:
        answer = self.answers.pop(0)
        if answer is None:
            raise OpsError(f"{self.name}: ended")
        return answer

    def expect(self, line: str, seconds: float) -> None:
        if (heard := self.hear(seconds)) != line:
            raise OpsError(f"{self.name}: {heard}")


def cast(
    log: Log,
    *,
    handover: Sequence[str | None] = ("stopping", "Successfully switched over"),
    promotion: Sequence[str | None] = ("promoted", "followed"),
    follower: Sequence[str | None] = ("halted",),
    router: Sequence[str | None] = ("routed",),
    pooler: Sequence[str | None] = ("paused", "resumed"),
) -> _Cast:
    return _Cast(  # type: ignore[arg-type]
        handover=Played("handover", list(handover), log),
        promotion=Played("promotion", list(promotion), log),
        followers=[Played("follower", list(follower), log)],
        routers=[Played("router", list(router), log)],
        poolers=[Played("pooler-1", ["paused", "resumed"], log), Played("pooler-2", list(pooler), log)],
    )


ORDER = [
    "handover go",
    "follower halt",
    "pooler-1 pause",
    "pooler-2 pause",
    "handover go",
    "router go",
    "pooler-1 go",
    "pooler-2 go",
    "follower go",
]


def test_clients_are_held_back_before_the_stop_and_let_go_after_the_routers_know() -> None:
    log: Log = []
    outcome = _handed_over(cast(log))
    assert log == ORDER
    assert outcome.problems == ()
    assert outcome.held_seconds >= 0


def test_nobody_is_held_back_where_patroni_does_not_begin() -> None:
    log: Log = []
    with pytest.raises(OpsError, match=r"^handover: ended$"):
        _handed_over(cast(log, handover=[None]))
    assert log == ["handover go"]


def test_everybody_is_let_go_where_the_candidate_does_not_lead() -> None:
    log: Log = []
    with pytest.raises(OpsError, match=r"^promotion: ended$"):
        _handed_over(cast(log, promotion=[None]))
    assert log[-2:] == ["pooler-1 go", "pooler-2 go"]


def test_a_transaction_that_was_cut_is_told() -> None:
    assert _handed_over(cast([], pooler=["busy", "resumed"])).problems == (
        "pooler-2: a transaction took longer than 2 s and was cut",
    )


def test_a_pooler_that_dies_stops_nothing() -> None:
    log: Log = []
    assert _handed_over(cast(log, pooler=[None, None])).problems == ("pooler-2: ended", "pooler-2: ended")
    assert log == ORDER


def test_an_old_primary_that_does_not_come_back_keeps_no_standby_halted() -> None:
    log: Log = []
    assert _handed_over(cast(log, promotion=["promoted", None])).problems == ()
    assert log == ORDER


def test_without_another_standby_nobody_is_waited_for() -> None:
    log: Log = []
    alone = replace(cast(log, promotion=["promoted"]), followers=[])
    assert _handed_over(alone).problems == ()
    assert log == [line for line in ORDER if not line.startswith("follower")]


def test_a_standby_that_is_not_halted_only_follows_later() -> None:
    assert _handed_over(cast([], follower=[None])).problems == ()


def test_a_router_that_is_not_told_is_told_of() -> None:
    assert _handed_over(cast([], router=[None])).problems == ("router: ended",)
