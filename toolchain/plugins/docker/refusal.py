"""What the daemon answers when it does not do as it is asked."""

from toolchain.plugins.framework import ProviderError


class Refused(ProviderError):  # noqa: N818 - reads as what happened
    """The daemon refused, or did not answer; `reason` is what it said."""

    def __init__(self, doing: str, reason: str) -> None:
        super().__init__(f"cannot {doing}: {reason}")
        self.reason = reason


class Missing(Refused):
    """The daemon does not have what was asked for."""
