"""What a certificate may be used for: the official provider's names for RFC 5280's bits and extended usages."""

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

_BITS = {
    "digital_signature": "digital_signature",
    "content_commitment": "content_commitment",
    "key_encipherment": "key_encipherment",
    "data_encipherment": "data_encipherment",
    "key_agreement": "key_agreement",
    "cert_signing": "key_cert_sign",
    "crl_signing": "crl_sign",
    "encipher_only": "encipher_only",
    "decipher_only": "decipher_only",
}
"""Name → cryptography's name."""
_EXTENDED = {
    "any_extended": ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    "server_auth": ExtendedKeyUsageOID.SERVER_AUTH,
    "client_auth": ExtendedKeyUsageOID.CLIENT_AUTH,
    "code_signing": ExtendedKeyUsageOID.CODE_SIGNING,
    "email_protection": ExtendedKeyUsageOID.EMAIL_PROTECTION,
    "ipsec_end_system": ObjectIdentifier("1.3.6.1.5.5.7.3.5"),
    "ipsec_tunnel": ObjectIdentifier("1.3.6.1.5.5.7.3.6"),
    "ipsec_user": ObjectIdentifier("1.3.6.1.5.5.7.3.7"),
    "timestamping": ExtendedKeyUsageOID.TIME_STAMPING,
    "ocsp_signing": ExtendedKeyUsageOID.OCSP_SIGNING,
    "microsoft_server_gated_crypto": ObjectIdentifier("1.3.6.1.4.1.311.10.3.3"),
    "netscape_server_gated_crypto": ObjectIdentifier("2.16.840.1.113730.4.1"),
    "microsoft_commercial_code_signing": ObjectIdentifier("1.3.6.1.4.1.311.2.1.22"),
    "microsoft_kernel_code_signing": ObjectIdentifier("1.3.6.1.4.1.311.61.1.1"),
}


def problem(value: list[str]) -> str | None:
    """What is wrong with `allowedUses`."""
    known = sorted([*_BITS, *_EXTENDED])
    unknown = [use for use in value if use not in known]
    if unknown:
        return f"{unknown[0]!r} is not one of {', '.join(known)}"
    lone = next((use for use in ("encipher_only", "decipher_only") if use in value), None)
    if lone and "key_agreement" not in value:
        return f"{lone} has a meaning with key_agreement only"
    return None


def key_usage(value: list[str]) -> x509.KeyUsage | None:
    """The key usage extension, or None where no such use is named."""
    if not any(use in _BITS for use in value):
        return None
    return x509.KeyUsage(**{bit: use in value for use, bit in _BITS.items()})


def extended(value: list[str]) -> x509.ExtendedKeyUsage | None:
    """The extended key usage extension, or None where no such use is named."""
    named = [_EXTENDED[use] for use in value if use in _EXTENDED]
    return x509.ExtendedKeyUsage(named) if named else None
