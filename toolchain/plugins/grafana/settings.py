"""Provider configuration: what the `grafana.Provider` resource takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toolchain.plugins.framework import Property, Table, at_least, boolean, integer, mapping, string, unordered

_CLOUD = "it serves Grafana itself, not Grafana Cloud or its add-ons"
_CLOUD_OPTIONS = (
    "cloudAccessPolicyToken",
    "cloudApiUrl",
    "cloudProviderAccessToken",
    "cloudProviderUrl",
    "connectionsApiAccessToken",
    "connectionsApiUrl",
    "fleetManagementAuth",
    "fleetManagementUrl",
    "frontendO11yApiAccessToken",
    "k6AccessToken",
    "k6Url",
    "oncallAccessToken",
    "oncallUrl",
    "smAccessToken",
    "smUrl",
)
DEFAULT_RETRIES = 3
DEFAULT_RETRY_STATUS_CODES = ("429", "5xx")

CONFIGURATION: Table = {
    "url": string(env=("GRAFANA_URL",)),
    "auth": string(env=("GRAFANA_AUTH",), secret=True),
    "orgId": integer(env=("GRAFANA_ORG_ID",), default=1, problem=at_least(1)),
    "httpHeaders": mapping(env=("GRAFANA_HTTP_HEADERS",), secret=True),
    "retries": integer(env=("GRAFANA_RETRIES",), default=DEFAULT_RETRIES, problem=at_least(0)),
    "retryWait": integer(env=("GRAFANA_RETRY_WAIT",), default=0, problem=at_least(0, " s")),
    "retryStatusCodes": unordered(string(), default=list(DEFAULT_RETRY_STATUS_CODES)),
    "caCert": string(env=("GRAFANA_CA_CERT",)),
    "tlsCert": string(env=("GRAFANA_TLS_CERT",)),
    "tlsKey": string(env=("GRAFANA_TLS_KEY",), secret=True),
    "insecureSkipVerify": boolean(env=("GRAFANA_INSECURE_SKIP_VERIFY",), default=False),
    "storeDashboardSha256": boolean(env=("GRAFANA_STORE_DASHBOARD_SHA256",), default=False),
    "stackId": integer(unsupported=_CLOUD),
    **{name: Property(kind="string", unsupported=_CLOUD) for name in _CLOUD_OPTIONS},
    "frontendO11yApiUrl": string(unsupported=_CLOUD),
}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One Grafana and how to log in to it. Its repr leaves the secrets out."""

    url: str
    auth: str
    org_id: int
    http_headers: Mapping[str, str]
    retries: int
    retry_wait_s: int
    """0: 1, 2, 4 … seconds."""
    retry_status_codes: tuple[str, ...]
    ca_cert: str
    tls_cert: str
    tls_key: str
    insecure_skip_verify: bool
    store_dashboard_sha256: bool

    def __repr__(self) -> str:
        return f"Settings({self.url})"

    @property
    def basic_auth(self) -> tuple[str, str] | None:
        """User and password, or None with a token or as anonymous."""
        user, colon, password = self.auth.partition(":")
        return (user, password) if colon else None

    @property
    def token(self) -> str | None:
        """The token, or None with basic auth or as anonymous."""
        return self.auth if self.auth not in ("", "anonymous") and ":" not in self.auth else None


def parse(configuration: Mapping[str, Any]) -> Settings:
    """Settings from plain provider configuration, environment and defaults filled in."""
    return Settings(
        url=configuration.get("url", "").rstrip("/"),
        auth=configuration.get("auth", ""),
        org_id=configuration["orgId"],
        http_headers=configuration.get("httpHeaders", {}),
        retries=configuration["retries"],
        retry_wait_s=configuration["retryWait"],
        retry_status_codes=tuple(configuration["retryStatusCodes"]),
        ca_cert=configuration.get("caCert", ""),
        tls_cert=configuration.get("tlsCert", ""),
        tls_key=configuration.get("tlsKey", ""),
        insecure_skip_verify=configuration["insecureSkipVerify"],
        store_dashboard_sha256=configuration["storeDashboardSha256"],
    )
