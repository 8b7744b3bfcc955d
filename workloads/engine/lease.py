"""Leadership: one slot at a time holds a lease in etcd, and its epoch fences whoever held it before.

The key `/hft/<stack>/leader/<strategy>` is created under a lease; its create revision is the epoch, which only ever
grows. The holder counts the lease from the moment *before* the renewal was sent, less a margin, on its own monotonic
clock: it stops entering orders before etcd can give the key to another slot, also when it cannot reach etcd at all.
"""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Final, Protocol

from workloads.engine.settings import EngineSettings, LeaseSettings
from workloads.etcd import FAILURES, Etcd, encoded
from workloads.log import Log
from workloads.tls import ClientTls

log = Log("engine.lease")
_MARGIN: Final = 0.2
"""Share of the TTL given up, against clocks of different speed and a late event loop."""


class Lease(Protocol):
    """What the engine asks of leadership."""

    epoch: int
    """Fencing epoch while the lease is held, else 0."""

    def held(self) -> bool:
        """Say whether orders may be entered now; cheap, asked before every order."""
        ...

    async def run(self) -> None:
        """Win and keep the lease until cancelled."""
        ...

    async def release(self) -> None:
        """Give the lease up, so that the other slot need not wait for its end."""
        ...


class SingleSlot:
    """Leadership without etcd: there is one slot, its epoch is 1, nothing fences a second one."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self.epoch = 0
        self._changed = changed

    def held(self) -> bool:
        """Say whether `run` has begun and `release` has not been called."""
        return self.epoch == 1

    async def run(self) -> None:
        """Become the leader at once."""
        log.warning("no lease: single slot, epoch 1, nothing fences a second engine")
        self.epoch = 1
        self._changed()
        await asyncio.get_running_loop().create_future()

    async def release(self) -> None:
        """Stop being the leader."""
        self.epoch = 0
        self._changed()


class EtcdLease:
    """Leadership by a key in etcd. `changed` is called when it is won or lost."""

    def __init__(self, settings: EngineSettings, lease: LeaseSettings, changed: Callable[[], None]) -> None:
        self.epoch = 0
        self._changed = changed
        self._ttl = lease.ttl_seconds
        self._key = f"/hft/{settings.stack}/leader/{settings.strategy}"
        self._value = encoded(json.dumps({"slot": settings.slot, "digest": settings.digest}))
        self._lease_id = ""
        self._valid_until = 0.0
        self._etcd = Etcd(lease.endpoints, ClientTls(lease.tls), timeout_seconds=self._ttl / 3 / len(lease.endpoints))

    def held(self) -> bool:
        """Say whether the lease cannot have ended yet, by this machine's clock."""
        return self.epoch > 0 and time.monotonic() < self._valid_until

    async def run(self) -> None:
        """Campaign, renew every third of the TTL, report the loss, campaign again."""
        async with self._etcd:
            while True:
                started = time.monotonic()
                try:
                    await (self._renew() if self.epoch else self._campaign())
                except FAILURES as error:
                    log.warning("etcd did not answer", error=repr(error), holds=self.held())
                if self.epoch and not self.held():
                    self._lost("not renewed in time")
                await asyncio.sleep(max(0.0, started + self._pause() - time.monotonic()))

    def _pause(self) -> float:
        """Return seconds to the next try; a holder that cannot renew looks up as soon as its time is over."""
        third = self._ttl / 3
        return max(0.05, min(third, self._valid_until - time.monotonic())) if self.epoch else third

    async def _campaign(self) -> None:
        asked = time.monotonic()
        if not self._lease_id:
            self._lease_id = (await self._etcd.call("lease/grant", {"TTL": str(self._ttl)}))["ID"]
        elif await self._kept_alive() <= 0:
            self._lease_id = ""
            return
        absent = {"key": encoded(self._key), "target": "CREATE", "result": "EQUAL", "create_revision": "0"}
        put = {"request_put": {"key": encoded(self._key), "value": self._value, "lease": self._lease_id}}
        answer = await self._etcd.call("kv/txn", {"compare": [absent], "success": [put]})
        if answer.get("succeeded"):
            self._valid_until = asked + self._ttl * (1 - _MARGIN)
            self.epoch = int(answer["header"]["revision"])
            log.info("lease won", epoch=self.epoch, key=self._key)
            self._changed()

    async def _renew(self) -> None:
        asked = time.monotonic()
        if await self._kept_alive() <= 0:
            self._lost("ended at etcd")
        elif self.epoch:
            self._valid_until = asked + self._ttl * (1 - _MARGIN)

    async def _kept_alive(self) -> int:
        """Renew the lease and return its seconds; 0 when etcd does not know it any more."""
        answer = await self._etcd.call("lease/keepalive", {"ID": self._lease_id})
        return int(answer["result"].get("TTL", 0))

    def _lost(self, reason: str) -> None:
        log.error("lease lost", epoch=self.epoch, reason=reason)
        self.epoch, self._valid_until, self._lease_id = 0, 0.0, ""
        self._changed()

    async def release(self) -> None:
        """Revoke the lease, which deletes the key; call it after `run` was cancelled."""
        self.epoch, self._valid_until = 0, 0.0
        self._changed()
        if self._lease_id:
            async with self._etcd:
                try:
                    await self._etcd.call("lease/revoke", {"ID": self._lease_id})
                except FAILURES as error:
                    log.warning("lease not revoked, it ends by itself", error=repr(error), seconds=self._ttl)


def lease(settings: EngineSettings, changed: Callable[[], None]) -> Lease:
    """Return the lease that the settings ask for."""
    return EtcdLease(settings, settings.lease, changed) if settings.lease else SingleSlot(changed)
