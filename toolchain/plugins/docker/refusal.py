"""What the daemon answers when it does not do as it is asked."""

from toolchain.plugins.framework import ProviderError


class Refused(ProviderError):  # noqa: N818 - reads as what happened
    """The daemon refused, or did not answer; `reason` is what it said."""

    def __init__(self, doing: str, reason: str) -> None:
        super().__init__(f"cannot {doing}: {reason}")
        self.reason = reason


class Missing(Refused):
    """The daemon does not have what was asked for."""


def reason_of(error: BaseException) -> str:
    """Why a connection failed: the innermost of the errors that its layers wrapped, with the file it is about."""
    while error.__context__ is not None:
        error = error.__context__
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error)


def taken(token: str, name: str) -> ProviderError:
    """The error for a name that something already has which is not in state."""
    kind = token.rpartition(":")[2].lower()
    adopt = f"adopt it with `pulumi import {token} <resource name> {name}`"
    return ProviderError(
        f"{kind} {name} already exists: {adopt}, remove it with `docker {kind} rm {name}`, or choose another name"
    )
