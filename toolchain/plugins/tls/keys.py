"""Private keys: made, read from PEM, and written in the forms that the official provider writes."""

import base64
import hashlib
from typing import cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from toolchain.plugins.framework import ProviderError

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
CURVES = {"P224": ec.SECP224R1(), "P256": ec.SECP256R1(), "P384": ec.SECP384R1(), "P521": ec.SECP521R1()}
_PUBLIC_EXPONENT = 65537
_NAMES = {
    rsa.RSAPrivateKey: "RSA",
    ec.EllipticCurvePrivateKey: "ECDSA",
    ed25519.Ed25519PrivateKey: "ED25519",
}
ALGORITHMS = tuple(_NAMES.values())


def generate(algorithm: str, *, curve: str, rsa_bits: int) -> Key:
    """A new key. `curve` counts for ECDSA, `rsa_bits` for RSA."""
    if algorithm == "RSA":
        return rsa.generate_private_key(_PUBLIC_EXPONENT, rsa_bits)
    if algorithm == "ECDSA":
        return ec.generate_private_key(CURVES[curve])
    return ed25519.Ed25519PrivateKey.generate()


def parse(pem: str, name: str) -> Key:
    """The key in `pem`. Raises ProviderError, which names the input `name` and never the text."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ProviderError(f"{name} is not a private key in PEM without a passphrase") from error
    if not isinstance(key, Key):
        raise ProviderError(f"{name} holds a key of a sort that is not supported: give {', '.join(ALGORITHMS)}")
    return key


def algorithm(key: Key) -> str:
    """The name of the key's algorithm."""
    return next(name for kind, name in _NAMES.items() if isinstance(key, kind))


def digest(key: Key) -> hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None:
    """The hash that goes with a signature by this key, as strong as the key; None for Ed25519, which has its own."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return None
    strong: dict[str, hashes.SHA384 | hashes.SHA512] = {
        CURVES["P384"].name: hashes.SHA384(),
        CURVES["P521"].name: hashes.SHA512(),
    }
    curve = key.curve.name if isinstance(key, ec.EllipticCurvePrivateKey) else ""
    return strong.get(curve) or hashes.SHA256()


def public_id(key: Key) -> str:
    """SHA-1 of the public key in hexadecimal: the resource's id."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha1(der.strip(), usedforsecurity=False).hexdigest()


def private_forms(key: Key) -> dict[str, str]:
    """The key in three notations; no OpenSSH one for curve P224, which OpenSSH does not know."""
    traditional = (
        PrivateFormat.PKCS8 if isinstance(key, ed25519.Ed25519PrivateKey) else PrivateFormat.TraditionalOpenSSL
    )
    return {
        "privateKeyPem": _private(key, traditional),
        "privateKeyPemPkcs8": _private(key, PrivateFormat.PKCS8),
        "privateKeyOpenssh": _private(key, PrivateFormat.OpenSSH) if _openssh(key) else "",
    }


def public_forms(key: Key) -> dict[str, str]:
    """The public key in PEM and OpenSSH's notation, with OpenSSH's fingerprints; the latter empty for curve P224."""
    public = key.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    line = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode() if _openssh(key) else ""
    return {"publicKeyPem": pem, "publicKeyOpenssh": f"{line}\n" if line else "", **_fingerprints(line)}


def _private(key: Key, form: PrivateFormat) -> str:
    return key.private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def _openssh(key: Key) -> bool:
    return not (isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP224R1))


def _fingerprints(line: str) -> dict[str, str]:
    if not line:
        return {"publicKeyFingerprintMd5": "", "publicKeyFingerprintSha256": ""}
    blob = base64.b64decode(line.split()[1])
    sha256 = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return {
        "publicKeyFingerprintMd5": hashlib.md5(blob, usedforsecurity=False).digest().hex(":"),
        "publicKeyFingerprintSha256": f"SHA256:{sha256}",
    }


def same(key: Key, public: object) -> bool:
    """Whether `public` is the public half of `key`."""
    return key.public_key() == cast(PublicKey, public)
