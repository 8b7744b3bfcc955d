"""Where something is sent to: a URL that shows no password, and what is sent to nobody on the way; pure."""

from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, HttpUrl


def _safe(url: HttpUrl) -> HttpUrl:
    if url.username or url.password:
        raise ValueError("the URL has credentials, which would stand in plain configuration: give them as a secret")
    if url.scheme == "http" and _is_foreign(str(url.host)):
        raise ValueError(
            "http to an address outside of the desk's own network shows everything to whoever is on the way: use https"
        )
    return url


def _is_foreign(host: str) -> bool:
    """Whether it may be reached over the Internet: neither a private address nor a name without a dot."""
    try:
        return not ip_address(host.strip("[]")).is_private
    except ValueError:
        return "." in host


SafeUrl = Annotated[HttpUrl, AfterValidator(_safe)]
"""https, or http within private addresses (RFC 1918) and names without a dot; never with credentials."""
