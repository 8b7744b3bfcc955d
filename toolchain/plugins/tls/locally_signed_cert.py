"""LocallySignedCert: a request signed by a certificate authority whose key is at hand."""

from typing import ClassVar, TypeVar

from cryptography import x509

from toolchain.plugins.framework import ProviderError, Result, Table, Values, string
from toolchain.plugins.tls import keys
from toolchain.plugins.tls.certificates import ISSUED, TERMS, Certificate, Issuer, issue, parse

Kind = TypeVar("Kind", bound=x509.ExtensionType)


class LocallySignedCert(Certificate):
    """A certificate for the subject, names and key of a request."""

    token = "tls:index/locallySignedCert:LocallySignedCert"
    inputs: ClassVar[Table] = {
        "certRequestPem": string(required=True, replaces=True),
        "caPrivateKeyPem": string(required=True, replaces=True, secret=True),
        "caCertPem": string(required=True, replaces=True),
        **TERMS,
    }
    outputs: ClassVar[Table] = {**ISSUED, "caKeyAlgorithm": string()}

    def create(self, inputs: Values) -> Result:
        """Sign what the request asks for."""
        request = _request(inputs["certRequestPem"])
        key, authority = _authority(inputs)
        public = request.public_key()
        if not isinstance(public, keys.PublicKey):
            raise ProviderError("certRequestPem holds a key of a sort that is not supported")
        issued = issue(
            inputs,
            Issuer(key=key, name=authority.subject, key_id=_key_id(authority)),
            subject=request.subject,
            names=_names(request),
            public=public,
        )
        return Result(id=issued.id, outputs={**issued.outputs, "caKeyAlgorithm": keys.algorithm(key)})


def _request(pem: str) -> x509.CertificateSigningRequest:
    try:
        request = x509.load_pem_x509_csr(pem.encode())
    except ValueError as error:
        raise ProviderError("certRequestPem is not a certificate request in PEM") from error
    if not request.is_signature_valid:
        raise ProviderError("certRequestPem was not signed by the key that it holds")
    return request


def _authority(inputs: Values) -> tuple[keys.Key, x509.Certificate]:
    key = keys.parse(inputs["caPrivateKeyPem"], "caPrivateKeyPem")
    authority = parse(inputs["caCertPem"], "caCertPem")
    if not keys.same(key, authority.public_key()):
        raise ProviderError("caPrivateKeyPem is not the key of caCertPem")
    constraints = _extension(authority.extensions, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        raise ProviderError("caCertPem is not a certificate authority: make it with isCaCertificate=True")
    return key, authority


def _names(request: x509.CertificateSigningRequest) -> list[x509.GeneralName]:
    found = _extension(request.extensions, x509.SubjectAlternativeName)
    return list(found) if found else []


def _key_id(authority: x509.Certificate) -> bytes | None:
    found = _extension(authority.extensions, x509.SubjectKeyIdentifier)
    return found.digest if found else None


def _extension(extensions: x509.Extensions, kind: type[Kind]) -> Kind | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
