"""SelfSignedCert: a certificate signed by its own key, such as a certificate authority's."""

from typing import ClassVar

from cryptography import x509

from toolchain.plugins.framework import ProviderError, Result, Table, Values, boolean, string
from toolchain.plugins.tls import keys
from toolchain.plugins.tls.certificates import ISSUED, TERMS, Certificate, Issuer, issue
from toolchain.plugins.tls.subjects import SUBJECT, alternative_names, distinguished_name


class SelfSignedCert(Certificate):
    """A certificate that vouches for itself."""

    token = "tls:index/selfSignedCert:SelfSignedCert"
    inputs: ClassVar[Table] = {
        "privateKeyPem": string(required=True, replaces=True, secret=True),
        **SUBJECT,
        **TERMS,
        "setAuthorityKeyId": boolean(default=False, replaces=True, from_state=True),
    }
    outputs: ClassVar[Table] = {**ISSUED, "keyAlgorithm": string()}

    def create(self, inputs: Values) -> Result:
        """Write and sign it."""
        key = keys.parse(inputs["privateKeyPem"], "privateKeyPem")
        subject = distinguished_name(inputs)
        issued = issue(
            inputs,
            Issuer(key=key, name=subject, key_id=_key_id(inputs, key)),
            subject=subject,
            names=alternative_names(inputs),
            public=key.public_key(),
        )
        return Result(id=issued.id, outputs={**issued.outputs, "keyAlgorithm": keys.algorithm(key)})


def _key_id(inputs: Values, key: keys.Key) -> bytes | None:
    if not inputs["setAuthorityKeyId"]:
        return None
    if not (inputs["isCaCertificate"] or inputs["setSubjectKeyId"]):
        raise ProviderError("property setAuthorityKeyId=True needs setSubjectKeyId=True or isCaCertificate=True")
    return x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest
