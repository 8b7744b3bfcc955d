"""What the tls provider makes."""

from typing import ClassVar

from policies.pack.resource import Resource


class LocallySignedCert(Resource):
    """A certificate that an authority of the stack has signed."""

    TYPE: ClassVar[str] = "tls:index/locallySignedCert:LocallySignedCert"


class PrivateKey(Resource):
    """A key, which is in the state as a secret."""

    TYPE: ClassVar[str] = "tls:index/privateKey:PrivateKey"
