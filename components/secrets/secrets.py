"""The secret values of a stack. Who mounts them is said by the components that take them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_random as random

from components.secrets.settings import SecretsSettings, check_given

TOKEN = "hft:secrets:Secrets"


@dataclass(frozen=True, kw_only=True)
class SecretsArgs:
    """What `Secrets` needs."""

    settings: SecretsSettings
    """Names and lengths."""
    given: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """Name → value from the stack's encrypted configuration, for every name in `settings.given`."""


class Secrets(pulumi.ComponentResource):
    """Passwords of a stack: generated once, or given by the operator.

    Use one per stack and hand the values on as they are: they stay encrypted in state and reach containers as files
    under /run/secrets. Values have letters and digits only, so that they mean the same in a connection URI, JSON, an
    ini file and a user list; their length makes up for the symbols. Generated ones are protected: the data volumes
    outlive a `destroy`, and so must the passwords that are inside them. It does not rotate.
    """

    values: Mapping[str, pulumi.Output[str]]
    """Name → secret value."""

    def __init__(self, name: str, args: SecretsArgs, opts: pulumi.ResourceOptions | None = None):
        check_given(args.settings, args.given)
        super().__init__(TOKEN, name, {}, opts)
        given: dict[str, pulumi.Output[str]] = {
            secret: pulumi.Output.secret(args.given[secret]) for secret in args.settings.given
        }
        generated = {
            secret: self._generate(f"{name}-{secret}", length)
            for secret, length in args.settings.generated.items()
            if secret not in given
        }
        self.values = {**generated, **given}
        self.register_outputs({"values": self.values})

    def _generate(self, name: str, length: int) -> pulumi.Output[str]:
        password = random.RandomPassword(
            name, length=length, special=False, opts=pulumi.ResourceOptions(parent=self, protect=True)
        )
        return pulumi.Output.secret(password.result)
