"""CertRequest: what a key's holder asks a certificate authority to sign."""

import hashlib
from typing import ClassVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from toolchain.plugins.framework import Result, Table, Values, string
from toolchain.plugins.tls import keys
from toolchain.plugins.tls.base import Logical
from toolchain.plugins.tls.subjects import SUBJECT, alternative_names, distinguished_name


class CertRequest(Logical):
    """A PKCS#10 request, signed by the key that it is for."""

    token = "tls:index/certRequest:CertRequest"
    inputs: ClassVar[Table] = {"privateKeyPem": string(required=True, replaces=True, secret=True), **SUBJECT}
    outputs: ClassVar[Table] = {"certRequestPem": string(), "keyAlgorithm": string()}

    def create(self, inputs: Values) -> Result:
        """Write and sign the request."""
        key = keys.parse(inputs["privateKeyPem"], "privateKeyPem")
        subject = distinguished_name(inputs)
        builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
        names = alternative_names(inputs)
        if names:
            # RFC 5280, 4.2.1.6: critical where nothing else names the subject.
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=not list(subject))
        request = builder.sign(key, keys.digest(key))
        der = request.public_bytes(Encoding.DER)
        return Result(
            id=hashlib.sha1(der.strip(), usedforsecurity=False).hexdigest(),
            outputs={
                "certRequestPem": request.public_bytes(Encoding.PEM).decode(),
                "keyAlgorithm": keys.algorithm(key),
            },
        )
