"""What a witness reads from etcd and writes there: the cluster's standing, votes, and the end of a lease."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import aiohttp

from workloads.etcd import Etcd, decoded, encoded
from workloads.witness.agreement import Standing

VOTE_SECONDS: Final = 2
"""Life of a vote. etcd keeps a lease for at least 1.5 elections (etcd, lease/lessor.go), 2 s with one of a second."""


@dataclass(frozen=True)
class Vote:
    """What this witness has said."""

    lease: str
    """etcd's lease of the vote: revoking it takes the vote back."""
    verdict: str


@dataclass(frozen=True)
class View:
    """All that a round needs to know, from one answer of etcd."""

    standing: Standing | None
    """None while nobody leads."""
    votes: Mapping[str, str]
    """Host → what its witness wrote."""


class Store:
    """The keys of one cluster."""

    def __init__(self, etcd: Etcd, prefix: str) -> None:
        self._etcd = etcd
        self._prefix = prefix
        self._leader, self._sync, self._votes = f"{prefix}leader", f"{prefix}sync", f"{prefix}witness/"

    async def view(self) -> View:
        """Read everything below the prefix at once."""
        # etcd documentation, "API", range: to the prefix with its last byte increased means all keys that begin so.
        end = self._prefix[:-1] + chr(ord(self._prefix[-1]) + 1)
        answer = await self._etcd.call("kv/range", {"key": encoded(self._prefix), "range_end": encoded(end)})
        found = {decoded(each["key"]): each for each in answer.get("kvs", [])}
        return View(self._standing(found), self._votes_in(found))

    async def new_vote(self, verdict: str) -> Vote:
        """Return a vote that nobody sees yet; it ends by itself."""
        return Vote((await self._etcd.call("lease/grant", {"TTL": str(VOTE_SECONDS)}))["ID"], verdict)

    async def cast(self, host: str, vote: Vote) -> None:
        """Write the vote of a host; after an error it may be there or not."""
        key = encoded(f"{self._votes}{host}")
        await self._etcd.call("kv/put", {"key": key, "value": encoded(vote.verdict), "lease": vote.lease})

    async def end(self, lease: str) -> None:
        """End a lease with the keys that it holds, for good; raises where etcd did not say that it is gone."""
        try:
            await self._etcd.call("lease/revoke", {"ID": lease})
        except aiohttp.ClientResponseError as error:
            # It ended by itself.
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    async def depose(self, standing: Standing, votes: Mapping[str, str]) -> bool:
        """Delete the leader's key, if everything that the witnesses agreed upon is still so; say whether it was."""
        compare = [
            _same("MOD", self._leader, mod_revision=str(standing.leader_revision)),
            _same("MOD", self._sync, mod_revision=str(standing.sync_revision)),
            *(_same("VALUE", f"{self._votes}{host}", value=encoded(verdict)) for host, verdict in votes.items()),
        ]
        delete = {"request_delete_range": {"key": encoded(self._leader)}}
        return bool((await self._etcd.call("kv/txn", {"compare": compare, "success": [delete]})).get("succeeded"))

    def _standing(self, found: Mapping[str, Any]) -> Standing | None:
        if self._leader not in found:
            return None
        leader, sync = found[self._leader], found.get(self._sync, {"value": encoded("{}"), "mod_revision": "0"})
        said = json.loads(decoded(sync["value"]))
        return Standing(
            leader=decoded(leader["value"]),
            leader_revision=int(leader["mod_revision"]),
            lease=leader.get("lease", "0"),
            sync_leader=said.get("leader") or "",
            voters=frozenset(filter(None, (said.get("sync_standby") or "").split(","))),
            quorum=int(said.get("quorum") or 0),
            sync_revision=int(sync["mod_revision"]),
        )

    def _votes_in(self, found: Mapping[str, Any]) -> dict[str, str]:
        return {
            key.removeprefix(self._votes): decoded(each["value"])
            for key, each in found.items()
            if key.startswith(self._votes)
        }


def _same(target: str, key: str, **value: str) -> dict[str, str]:
    return {"result": "EQUAL", "target": target, "key": encoded(key), **value}
