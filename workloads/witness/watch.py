"""The rounds of a witness: look at the primary, and when it is gone fence it, vote, and take its lease away.

The order is what makes it safe: the fence stands before the vote is written and until it is gone for good.
"""

import asyncio
import time
from collections.abc import Mapping

from workloads.etcd import FAILURES
from workloads.log import Log
from workloads.witness.agreement import Standing, agreed
from workloads.witness.fence import FENCE_SECONDS, Fence, FenceError
from workloads.witness.leadership import EtcdLeadership
from workloads.witness.metrics import WitnessMetrics
from workloads.witness.node import Nodes, Report
from workloads.witness.probe import accepts
from workloads.witness.settings import Member, WitnessSettings
from workloads.witness.store import VOTE_SECONDS, Store, View, Vote

log = Log("witness")


class Watch:
    """One witness. `round` is called again and again, each time for what is to be done now."""

    def __init__(
        self, settings: WitnessSettings, store: Store, nodes: Nodes, fence: Fence, leadership: EtcdLeadership
    ) -> None:
        self.metrics = WitnessMetrics()
        self._settings = settings
        self._store, self._nodes, self._fence, self._leadership = store, nodes, fence, leadership
        self._suspect = ""
        """Name of the primary that the last looks found gone."""
        self._silent = 0
        self._received: dict[str, int] = {}
        self._lost: Member | None = None
        """The primary that is fenced."""
        self._timeline = 0
        """Timeline of the nodes here when it was fenced."""
        self._fenced = 0.0
        """When the fence was renewed last."""
        self._vote: Vote | None = None
        self._voted = 0.0
        self._deposed_lease = ""
        """The lease of the fenced primary, to be ended when that leads no more."""

    @property
    def pause_seconds(self) -> float:
        """Time until the next round; short while a decision is due."""
        return (50 if self._vote else self._settings.interval_ms) / 1000

    async def round(self) -> None:
        """Do what is to be done; without etcd or the firewall that is nothing, and said."""
        try:
            view = await self._store.view()
            await (self._go_on(self._lost, view) if self._lost else self._look(view.standing))
            self.metrics.round.set_to_current_time()
        except (*FAILURES, FenceError) as error:
            log.warning("round failed", error=repr(error), fenced=self._lost and self._lost.name)
        self.metrics.silent.set(self._silent)
        self.metrics.fenced.set(self._lost is not None)

    async def _look(self, standing: Standing | None) -> None:
        """Look at a primary that is not fenced."""
        member = self._settings.member(standing.leader) if standing else None
        if standing is None or member is None:
            self._forget()
            return
        if member.host == self._settings.host:
            self._forget()
            await self._leadership.move_away()
            return
        alive, reports = await asyncio.gather(
            accepts(member, self._settings.probe_timeout_ms / 1000), self._nodes.reports()
        )
        received = {name: report.received for name, report in reports.items()}
        # Without a report from here nobody can tell whether WAL still arrives.
        if alive or not received:
            self._forget()
            return
        # A stream that still moves is a primary that still lives: counted anew.
        if (member.name, received) != (self._suspect, self._received):
            self._suspect, self._received, self._silent = member.name, received, 0
        self._silent += 1
        if self._silent >= self._settings.probes:
            await self._accuse(member, standing, reports)

    async def _accuse(self, member: Member, standing: Standing, reports: Mapping[str, Report]) -> None:
        """Fence a primary, then say that it is lost."""
        await self._fence.put(member.address)
        self._lost, self._fenced = member, time.monotonic()
        self._timeline = max(report.timeline for report in reports.values())
        log.warning("primary gone: fenced", primary=member.name, looks=self._silent)
        self._deposed_lease = standing.lease
        self._vote, self._voted = await self._store.new_vote(standing.verdict), time.monotonic()
        await self._store.cast(self._settings.host, self._vote)
        self.metrics.votes.inc()

    async def _go_on(self, lost: Member, view: View) -> None:
        """Decide about a primary that is fenced."""
        if view.standing is None or view.standing.leader != lost.name:
            await self._make_way(lost, view.standing is not None)
        elif (
            self._vote and self._vote.verdict == view.standing.verdict and time.monotonic() < self._voted + VOTE_SECONDS
        ):
            await self._depose(view.standing, view)
        else:
            await self._withdraw(lost)

    async def _depose(self, standing: Standing, view: View) -> None:
        if agreed(self._settings, standing, view.votes):
            votes = {host: verdict for host, verdict in view.votes.items() if verdict == standing.verdict}
            if await self._store.depose(standing, votes):
                self.metrics.deposed.inc()
                log.warning("primary deposed", primary=standing.leader, hosts=sorted(votes))

    async def _make_way(self, lost: Member, led: bool) -> None:
        """The lost one leads no more: its lease ends, and the fence stays until no node here can still follow it."""
        if self._deposed_lease:
            # Patroni asks etcd for its lease only, not for its key: with the lease it would lead again when it is back.
            await self._store.end(self._deposed_lease)
            self._deposed_lease = ""
        reports = await self._nodes.reports()
        if led and reports and all(report.leads or report.timeline > self._timeline for report in reports.values()):
            await self._withdraw(lost)
        else:
            await self._renew(lost)

    async def _renew(self, lost: Member) -> None:
        if time.monotonic() > self._fenced + FENCE_SECONDS / 5:
            await self._fence.put(lost.address)
            self._fenced = time.monotonic()

    async def _withdraw(self, lost: Member) -> None:
        """Take the vote back, and only when that is certain end the fence."""
        if self._vote:
            await self._store.end(self._vote.lease)
            self._vote = None
        await self._fence.take_away(lost.address)
        log.warning("fence ended", primary=lost.name)
        self._lost = None
        self._forget()

    def _forget(self) -> None:
        self._suspect, self._silent, self._received = "", 0, {}
