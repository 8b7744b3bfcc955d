"""What an operator chooses about who is told of alerts, and how. Names secrets, never holds one."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from components._common.addresses import SafeUrl
from components._common.owner import OWNERS, Owner
from components._common.settings import Settings

Urgency = Literal["page", "ticket"]
"""What an alert may do, its label `severity`: wake somebody, or wait for the morning."""
URGENCIES: Final[tuple[Urgency, ...]] = ("page", "ticket")
REGULATED: Final = "rts6"
"""Value of the label `reg` of what a regulator asks for (RTS 6, 2017/589, Art. 16(5))."""
HEARTBEAT_SECRET: Final = "heartbeat"

ReceiverName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,29}$")]
"""Kebab case; its secret is `receiver-<name>`."""
MailAddress = Annotated[str, Field(pattern=r"^[^@\s,<>]+@[^@\s,<>]+$")]
"""One mail address, without a name."""


class _Way(Settings):
    """How somebody is told."""

    @property
    def has_secret(self) -> bool:
        """Whether it needs the receiver's secret."""
        return True


class WebhookSettings(_Way):
    """A POST of Alertmanager's JSON."""

    url: SafeUrl | None = None
    """Where. Left out, the whole URL is the secret, as with services whose URL is a password."""
    bearer: bool = False
    """Whether the secret is a token that goes with it, as `Authorization: Bearer`; wants `url`."""

    @property
    def has_secret(self) -> bool:
        """Whether it needs the receiver's secret: as the URL, or the token."""
        return self.url is None or self.bearer

    @model_validator(mode="after")
    def _a_token_goes_to_a_url(self) -> "WebhookSettings":
        if self.bearer and self.url is None:
            raise ValueError("bearer is set and url is not, so the secret would be both: set url, or leave bearer out")
        return self


class PagerDutySettings(_Way):
    """PagerDuty's Events API v2; the secret is the integration's routing key."""

    region: Literal["us", "eu"] = "us"
    """Service region of the account."""


class OpsgenieSettings(_Way):
    """Opsgenie; the secret is the API key of the integration."""

    region: Literal["us", "eu"] = "us"
    """Service region of the account."""


class SlackSettings(_Way):
    """Slack; the secret is the URL of an incoming webhook, which is of one channel."""


class EmailSettings(_Way):
    """Mail through a server of yours, over TLS only."""

    to: tuple[MailAddress, ...] = Field(min_length=1)
    """Addresses."""
    sender: MailAddress
    """Address that it comes from."""
    smarthost: str = Field(pattern=r"^[A-Za-z0-9.-]+:[0-9]{1,5}$")
    """The server as `host:port`: 465 is TLS from the start, any other port has to offer STARTTLS."""
    username: str | None = Field(default=None, min_length=1)
    """Login there; the secret is its password. Left out, there is no login, and no secret."""

    @property
    def has_secret(self) -> bool:
        """Whether it needs the receiver's secret: as the password."""
        return self.username is not None


Way = WebhookSettings | PagerDutySettings | SlackSettings | EmailSettings | OpsgenieSettings
"""How somebody is told."""
_WAYS: Final = ("webhook", "pagerduty", "slack", "email", "opsgenie")


class ReceiverSettings(Settings):
    """One of those who are told, by exactly one of webhook, pagerduty, slack, email and opsgenie."""

    name: ReceiverName
    """Name of it, which is the end of its secret's name: `receiver-<name>`."""
    gets: tuple[Literal["page", "ticket", "rts6"], ...] = Field(min_length=1)
    """Which alerts: by `severity`, or all that are labelled `reg=rts6`, such as for a record of them."""
    owners: tuple[Owner, ...] = Field(default=OWNERS, min_length=1)
    """Whose alerts."""
    webhook: WebhookSettings | None = None
    """A POST to a URL."""
    pagerduty: PagerDutySettings | None = None
    """PagerDuty: `{}` where the account is in the US."""
    slack: SlackSettings | None = None
    """Slack: `{}`."""
    email: EmailSettings | None = None
    """Mail."""
    opsgenie: OpsgenieSettings | None = None
    """Opsgenie: `{}` where the account is in the US."""

    @property
    def secret(self) -> str | None:
        """Name of its secret; None where it needs none."""
        return f"receiver-{self.name}" if self.way.has_secret else None

    @property
    def way(self) -> Way:
        """How it is told."""
        ways = (self.webhook, self.pagerduty, self.slack, self.email, self.opsgenie)
        return next(way for way in ways if way is not None)

    def takes(self, *, severity: str, owner: str) -> bool:
        """Whether it gets an alert of this severity and owner, whatever a regulator asks for."""
        return severity in self.gets and owner in self.owners

    @model_validator(mode="after")
    def _it_is_told_in_one_way(self) -> "ReceiverSettings":
        ways = [way for way in _WAYS if getattr(self, way) is not None]
        if len(ways) != 1:
            found = " and ".join(ways) or f"none of {', '.join(_WAYS)}"
            raise ValueError(f"receiver {self.name} has {found}: give it exactly one")
        for path, values in (("gets", self.gets), ("owners", self.owners)):
            if repeated := [value for value in values if values.count(value) > 1]:
                raise ValueError(f"receiver {self.name} has {repeated[0]!r} in {path} more than once: list it once")
        return self


def check_receivers(receivers: Sequence[ReceiverSettings]) -> None:
    """Raise ValueError where two have one name, or where there is an alert that none of them gets.

    No receiver at all is a choice too: alerts are shown then, and sent nowhere.
    """
    names = [receiver.name for receiver in receivers]
    for at, name in enumerate(names):
        if name in names[:at]:
            raise ValueError(
                f"receivers[{at}].name={name} is also receivers[{names.index(name)}].name: rename one of them"
            )
    for owner in OWNERS if receivers else ():
        for severity in URGENCIES:
            if not any(receiver.takes(severity=severity, owner=owner) for receiver in receivers):
                raise ValueError(
                    f"receivers: nobody gets a {severity} of {owner}: add {severity} to gets, and {owner} to owners, "
                    "of one of them"
                )
