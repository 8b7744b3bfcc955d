"""Whom a request or a certificate names: the distinguished name, and the names and addresses beside it."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID

from toolchain.plugins.framework import ProviderError, Table, Values, listing, record, string

_PARTS = {
    "country": NameOID.COUNTRY_NAME,
    "organization": NameOID.ORGANIZATION_NAME,
    "organizationalUnit": NameOID.ORGANIZATIONAL_UNIT_NAME,
    "locality": NameOID.LOCALITY_NAME,
    "province": NameOID.STATE_OR_PROVINCE_NAME,
    "streetAddresses": NameOID.STREET_ADDRESS,
    "postalCode": NameOID.POSTAL_CODE,
    "commonName": NameOID.COMMON_NAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "emailAddress": NameOID.EMAIL_ADDRESS,
}
"""In the order in which Go, and with it the official provider, writes them."""
_FIELDS = {name: string() for name in _PARTS} | {"streetAddresses": listing(string())}


def _address_problem(value: list[str]) -> str | None:
    for text in value:
        try:
            ipaddress.ip_address(text)
        except ValueError:
            return f"{text!r} is not an IP address"
    return None


def _uri_problem(value: list[str]) -> str | None:
    return next((f"{text!r} is not a URI" for text in value if not urlsplit(text).scheme), None)


def _name_problem(value: list[str]) -> str | None:
    return next((f"{text!r} is not a DNS name in ASCII" for text in value if not text or not text.isascii()), None)


SUBJECT: Table = {
    "subject": record(_FIELDS, replaces=True),
    "dnsNames": listing(string(), replaces=True, problem=_name_problem),
    "ipAddresses": listing(string(), replaces=True, problem=_address_problem),
    "uris": listing(string(), replaces=True, problem=_uri_problem),
}
"""The inputs that CertRequest and SelfSignedCert share."""


def distinguished_name(inputs: Values) -> x509.Name:
    """The `subject` of these inputs; empty where they have none.

    Raises:
        ProviderError: a part is longer than X.509 allows, or the country is no code of two letters.
    """
    given = inputs.get("subject", {})
    return x509.Name([_attribute(name, text) for name in _PARTS for text in _several(given.get(name))])


def alternative_names(inputs: Values) -> list[x509.GeneralName]:
    """DNS names, addresses and URIs of these inputs, in the official provider's order."""
    return [
        *(x509.DNSName(text) for text in inputs.get("dnsNames", [])),
        *(x509.IPAddress(ipaddress.ip_address(text)) for text in inputs.get("ipAddresses", [])),
        *(x509.UniformResourceIdentifier(text) for text in inputs.get("uris", [])),
    ]


def _several(value: str | list[str] | None) -> Iterable[str]:
    texts = [value] if isinstance(value, str) else value or []
    return [text for text in texts if text]


def _attribute(name: str, text: str) -> x509.NameAttribute[str]:
    try:
        return x509.NameAttribute(_PARTS[name], text)
    except ValueError as error:
        raise ProviderError(f"property subject.{name}={text!r} does not fit into a certificate: {error}") from error
