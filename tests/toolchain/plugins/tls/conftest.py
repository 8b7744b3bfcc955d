"""A running plugin, and a certificate authority made by it."""

from dataclasses import dataclass

import pytest

from toolchain.plugins.tls.plugin import provider


@pytest.fixture
async def plugin(serve):
    plugin = await serve(provider())
    await plugin.configure()
    return plugin


@dataclass(frozen=True)
class Made:
    """A key and its certificate in PEM."""

    key: str
    cert: str


@pytest.fixture
def make(plugin):
    """Makes one resource as the engine does: check, then create. Gives its state, with the id as `id`."""

    async def one(kind, **inputs):
        checked, failures = await plugin.check(kind, inputs)
        assert failures == []
        resource_id, state = await plugin.create(kind, checked)
        return {"id": resource_id, **state}

    return one


@pytest.fixture
def key(make):
    async def one(algorithm="ECDSA", **inputs):
        state = await make("PrivateKey", algorithm=algorithm, **{"ecdsaCurve": "P256", **inputs})
        return state["privateKeyPem"].value

    return one


@pytest.fixture
async def authority(make, key):
    pem = await key()
    state = await make(
        "SelfSignedCert",
        privateKeyPem=pem,
        subject={"commonName": "desk", "organization": "hft"},
        validityPeriodHours=240,
        allowedUses=["cert_signing", "crl_signing"],
        isCaCertificate=True,
    )
    return Made(pem, state["certPem"])
