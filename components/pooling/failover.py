"""How soon routers and poolers find a new primary."""

from typing import Any

from pydantic import Field, model_validator

from components._common.profile import Profile, filled
from components._common.settings import Settings

_SAFE = {"check_interval_ms": 2000, "fast_interval_ms": 500, "login_retry_ms": 1000}


class RouteFailoverSettings(Settings):
    """Timers of HAProxy and PgBouncer. `hft db rto` prints the write gaps that follow from them."""

    profile: Profile = "fast"
    """Where the timers left out come from; database.failover.profile is the same."""
    check_interval_ms: int = Field(default=500, ge=100, le=60000)
    """Time between two looks of a router for the primary, in ms; safe: 2000. For standbys it looks a quarter as
    often."""
    fast_interval_ms: int = Field(default=100, ge=50, le=60000)
    """The same while a node is changing its state, in ms; safe: 500. With 2 looks a new primary is found within both
    intervals."""
    login_retry_ms: int = Field(default=200, ge=50, le=60000)
    """How long a pooler refuses clients after a server refused it, in ms; safe: 1000. PgBouncer's default of 15,000
    turns every failed login during a failover into 15 s of refusals."""

    @model_validator(mode="before")
    @classmethod
    def _the_profile_fills_in(cls, values: Any) -> Any:
        return filled(values, _SAFE)

    @model_validator(mode="after")
    def _a_fast_look_is_the_faster_one(self) -> "RouteFailoverSettings":
        if self.fast_interval_ms > self.check_interval_ms:
            raise ValueError(
                f"failover.fast_interval_ms={self.fast_interval_ms} exceeds "
                f"check_interval_ms={self.check_interval_ms}: lower it"
            )
        return self
