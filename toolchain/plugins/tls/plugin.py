"""The tls provider: four resources, no server. Its configuration is for functions only, which are left out."""

from toolchain.plugins.framework import TableProvider, record
from toolchain.plugins.tls.cert_request import CertRequest
from toolchain.plugins.tls.locally_signed_cert import LocallySignedCert
from toolchain.plugins.tls.private_key import PrivateKey
from toolchain.plugins.tls.self_signed_cert import SelfSignedCert

CONFIGURATION = {"proxy": record({}, unsupported="only getCertificate uses it, which is left out")}


def provider() -> TableProvider:
    """The provider, ready to be served."""
    resources = [PrivateKey, CertRequest, SelfSignedCert, LocallySignedCert]
    return TableProvider(name="tls", configuration=CONFIGURATION, resources=resources, connect=lambda _settings: None)
