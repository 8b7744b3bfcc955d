"""What tests of components see beside the recorder: options, which the mock monitor does not show."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pytest


class Options:
    """Options by logical name, as the resources were made with them."""

    def __init__(self, found: Mapping[str, pulumi.ResourceOptions]) -> None:
        self._found = found

    def __getitem__(self, name: str) -> pulumi.ResourceOptions:
        return self._found[name]

    def kept(self) -> list[str]:
        """Sorted names of what is protected and retained. Fails where something is only one of both."""
        protected = sorted(name for name, opts in self._found.items() if opts.protect)
        assert [name for name in protected if not self._found[name].retain_on_delete] == []
        return protected

    def after(self, name: str) -> pulumi.Output[list[str]]:
        """Sorted names of the resources that one waits for; resolve it inside `recorder.run`."""
        waited: Any = self._found[name].depends_on or []
        return pulumi.Output.all(*waited).apply(lambda seen: sorted(resource._name for resource in seen))


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch) -> Options:
    """The options of every custom resource that the test makes."""
    found: dict[str, pulumi.ResourceOptions] = {}
    registered = pulumi.CustomResource.__init__

    def spy(self: pulumi.CustomResource, t: str, name: str, props: Any, opts: Any, *more: Any, **named: Any) -> None:
        found[name] = opts
        registered(self, t, name, props, opts, *more, **named)

    monkeypatch.setattr(pulumi.CustomResource, "__init__", spy)
    return Options(found)
