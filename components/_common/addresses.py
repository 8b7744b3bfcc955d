"""Where something is sent to: a URL that shows no password, and what is sent to nobody on the way; pure."""

from ipaddress import ip_address, ip_network
from typing import Annotated, Final

from pydantic import AfterValidator, HttpUrl

_OWN: Final = tuple(
    ip_network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128")
)
"""Private addresses (RFC 1918, RFC 4193) and the machine itself."""


def _safe(url: HttpUrl) -> HttpUrl:
    if url.username or url.password:
        raise ValueError("the URL has credentials, which would stand in plain configuration: give them as a secret")
    if url.scheme == "http" and _is_foreign(str(url.host)):
        raise ValueError(
            "http to an address outside of the desk's own network shows everything to whoever is on the way: use https"
        )
    return url


def _is_foreign(host: str) -> bool:
    """Whether it is not known to be of the desk: neither one of its own addresses nor a name without a dot."""
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return "." in host
    return not any(address in network for network in _OWN)


SafeUrl = Annotated[HttpUrl, AfterValidator(_safe)]
"""https, or http to private addresses (RFC 1918, RFC 4193), loopback and names without a dot; no credentials."""
