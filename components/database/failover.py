"""Patroni's and etcd's timers: how soon a fault of the primary is acted on, and how easily one is seen that is none."""

import math
from typing import Any

from pydantic import Field, model_validator

from components._common.profile import Profile, filled
from components._common.settings import Settings

WITNESS_TIMEOUT_MS, WITNESS_INTERVAL_MS = 400, 200
"""How long a host may take to answer a witness, and the pause between two looks. In one site an answer takes below a
millisecond; a first packet that is lost is sent again after 1 s, so each look stands for one packet."""

_SAFE = {
    "ttl_seconds": 30,
    "loop_wait_seconds": 5,
    "retry_timeout_seconds": 10,
    "primary_start_timeout_seconds": 30,
    "etcd_heartbeat_ms": 250,
    "etcd_election_ms": 2500,
    "witness_probes": 10,
}


class FailoverSettings(Settings):
    """Timers of the database and its store. `hft db rto` prints the write gaps that follow from them."""

    profile: Profile = "fast"
    """Where the timers left out come from; pooling.failover.profile is the same."""
    ttl_seconds: int = Field(default=20, ge=20, le=300)
    """Life of the leader's lease, in s; safe: 30. Patroni documentation, dynamic configuration: at least 20."""
    loop_wait_seconds: int = Field(default=1, ge=1, le=60)
    """Pause between two looks at the cluster, in s; safe: 5."""
    retry_timeout_seconds: int = Field(default=7, ge=3, le=120)
    """How long etcd or PostgreSQL may fail before the leader steps down, in s; safe: 10."""
    primary_start_timeout_seconds: int = Field(default=3, ge=0, le=600)
    """How long a crashed primary may take to recover in place before a standby takes over, in s; safe: 30."""
    etcd_heartbeat_ms: int = Field(default=100, ge=10, le=5000)
    """Time between heartbeats of etcd's leader, in ms; safe: 250. etcd documentation, tuning: about the round trip of
    the peers."""
    etcd_election_ms: int = Field(default=1000, ge=100, le=50000)
    """Silence after which a member of etcd calls an election, in ms; safe: 2500. etcd documentation, tuning: ten
    heartbeats."""
    witness_probes: int = Field(default=3, ge=0, le=100)
    """Looks in a row, 0.6 s each, that find the primary's host gone before the witnesses on the others take its lease
    away; safe: 10. 0 = no witnesses: the lease runs out by itself."""

    @model_validator(mode="before")
    @classmethod
    def _the_profile_fills_in(cls, values: Any) -> Any:
        return filled(values, _SAFE)

    @model_validator(mode="after")
    def _lease_outlives_a_loop(self) -> "FailoverSettings":
        # Patroni documentation, dynamic configuration: loop_wait + 2·retry_timeout ≤ ttl; Patroni shrinks others.
        needed = self.loop_wait_seconds + 2 * self.retry_timeout_seconds
        if needed > self.ttl_seconds:
            raise ValueError(
                f"failover.ttl_seconds={self.ttl_seconds} is less than loop_wait_seconds + 2·retry_timeout_seconds = "
                f"{needed}: raise ttl_seconds or lower the others"
            )
        return self

    @model_validator(mode="after")
    def _an_election_outlives_heartbeats(self) -> "FailoverSettings":
        if self.etcd_election_ms < 5 * self.etcd_heartbeat_ms:
            raise ValueError(
                f"failover.etcd_election_ms={self.etcd_election_ms} is less than 5 heartbeats of "
                f"{self.etcd_heartbeat_ms} ms: make it at least {5 * self.etcd_heartbeat_ms}"
            )
        return self

    @model_validator(mode="after")
    def _etcd_keeps_the_lease(self) -> "FailoverSettings":
        # etcd raises a shorter lease to 1.5 elections, without a word to Patroni: seen with etcd 3.5.16.
        lease_seconds = math.ceil(1.5 * self.etcd_election_ms / 1000)
        if lease_seconds > self.ttl_seconds:
            raise ValueError(
                f"failover.ttl_seconds={self.ttl_seconds} is less than the {lease_seconds} s that etcd keeps "
                f"any lease with etcd_election_ms={self.etcd_election_ms}: raise it or lower etcd_election_ms"
            )
        return self
