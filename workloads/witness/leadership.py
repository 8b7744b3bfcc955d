"""Keeps etcd's leader off the primary's host: lost together, they cost an election of etcd before anybody can vote."""

import random
import time
from typing import Final

from workloads.etcd import FAILURES, Etcd
from workloads.log import Log

log = Log("witness.leadership")
_PAUSE_SECONDS: Final = 5.0


class EtcdLeadership:
    """Of the member of etcd on this host; `etcd` asks that one only, and is None where the host has none."""

    def __init__(self, etcd: Etcd | None) -> None:
        self._etcd = etcd
        self._looked = -_PAUSE_SECONDS

    async def move_away(self) -> None:
        """Hand etcd's leadership to another member, if it is here; once in a while, and never mind where it fails."""
        if self._etcd is None or time.monotonic() < self._looked + _PAUSE_SECONDS:
            return
        self._looked = time.monotonic()
        try:
            await self._hand_over(self._etcd)
        except FAILURES as error:
            log.warning("etcd's leadership was not moved", error=repr(error))

    async def _hand_over(self, etcd: Etcd) -> None:
        status = await etcd.call("maintenance/status", {})
        here = status["header"]["member_id"]
        if status["leader"] != here:
            return
        members = (await etcd.call("cluster/member/list", {}))["members"]
        if others := [member["ID"] for member in members if member["ID"] != here]:
            await etcd.call("maintenance/transfer-leadership", {"targetID": random.choice(others)})
            log.info("etcd's leadership moved off the primary's host")
