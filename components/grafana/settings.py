"""What an operator chooses about Grafana."""

from typing import Annotated, Literal

from pydantic import Field, HttpUrl, model_validator

from components._common.ports import PORT, PortUse, uses
from components._common.settings import Settings


class GrafanaSettings(Settings):
    """A Grafana of our own, or one that the firm already runs."""

    mode: Literal["container", "external"]
    """container: run the image `grafana` of the image lock. external: put our objects into the Grafana at `url`."""
    host: str | None = None
    """Name of the host it is on; with mode container."""
    grafana_port: Annotated[int, PORT] = 13000
    """Port of the container."""
    memory_mib: int = Field(default=512, ge=256)
    """Hard limit of the container in MiB; Grafana docs, "Installation requirements": 512."""
    url: HttpUrl | None = None
    """URL of the existing Grafana; with mode external."""
    admin_user: str | None = "admin"
    """Account whose password is the secret `grafana-admin`; null where that secret is a service account's token."""
    runbooks_url: HttpUrl | None = None
    """Where readers of dashboards find docs/runbooks, such as its page at your source host; without,
    panels have no link there."""

    @model_validator(mode="after")
    def _mode_has_its_place(self) -> "GrafanaSettings":
        if self.mode == "container":
            self._require("host", self.host, unwanted="url", other=self.url)
            if self.admin_user is None:
                raise ValueError("grafana.admin_user=null needs grafana.mode=external: a new Grafana has no token yet")
        else:
            self._require("url", self.url, unwanted="host", other=self.host)
        return self

    def _require(self, wanted: str, value: object, *, unwanted: str, other: object) -> None:
        if value is None:
            raise ValueError(f"grafana.{wanted} is missing: grafana.mode={self.mode} needs it")
        if other is not None:
            raise ValueError(f"grafana.{unwanted}={other} has no meaning with grafana.mode={self.mode}: remove it")

    def port_uses(self) -> tuple[PortUse, ...]:
        """The port of the container; none for an existing Grafana."""
        return uses("grafana.grafana_port", self.grafana_port, [self.host] if self.host else [])
