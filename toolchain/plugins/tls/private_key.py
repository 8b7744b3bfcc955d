"""PrivateKey: a key that only the state knows."""

from typing import ClassVar

from toolchain.plugins.framework import Result, Table, Values, at_least, integer, one_of, string
from toolchain.plugins.tls import keys
from toolchain.plugins.tls.base import Logical

_LEAST_RSA_BITS = 1024
"""OpenSSL's own bound; 2048 and more are what counts as safe."""


class PrivateKey(Logical):
    """A private key in PEM and OpenSSH's notation, secret in state, with its public half."""

    token = "tls:index/privateKey:PrivateKey"
    # from_state: what the official plugin leaves to its defaults is in the outputs of its state only.
    inputs: ClassVar[Table] = {
        "algorithm": string(required=True, replaces=True, problem=one_of(*keys.ALGORITHMS)),
        "ecdsaCurve": string(default="P224", replaces=True, from_state=True, problem=one_of(*keys.CURVES)),
        "rsaBits": integer(default=2048, replaces=True, from_state=True, problem=at_least(_LEAST_RSA_BITS, " bits")),
    }
    outputs: ClassVar[Table] = {
        "privateKeyPem": string(secret=True),
        "privateKeyPemPkcs8": string(secret=True),
        "privateKeyOpenssh": string(secret=True),
        "publicKeyPem": string(),
        "publicKeyOpenssh": string(),
        "publicKeyFingerprintMd5": string(),
        "publicKeyFingerprintSha256": string(),
    }

    def create(self, inputs: Values) -> Result:
        """Make the key."""
        key = keys.generate(inputs["algorithm"], curve=inputs["ecdsaCurve"], rsa_bits=inputs["rsaBits"])
        return Result(id=keys.public_id(key), outputs={**keys.private_forms(key), **keys.public_forms(key)})
