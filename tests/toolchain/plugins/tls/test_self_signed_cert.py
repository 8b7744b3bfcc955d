import datetime

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.toolchain.plugins.conftest import Secret
from toolchain.plugins.framework import UNKNOWN
from toolchain.plugins.tls import certificates

TERMS = {"validityPeriodHours": 240, "allowedUses": ["digital_signature", "server_auth"]}
NOW = datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)


@pytest.fixture
def clock(monkeypatch):
    def at(hours):
        monkeypatch.setattr(certificates, "now", lambda: NOW + datetime.timedelta(hours=hours))

    at(0)
    return at


@pytest.fixture
def signed(make, key):
    async def one(**inputs):
        pem = await key()
        state = await make(
            "SelfSignedCert", **{"privateKeyPem": pem, **TERMS, "subject": {"commonName": "x"}, **inputs}
        )
        return state, x509.load_pem_x509_certificate(state["certPem"].encode())

    return one


def extension(cert, kind):
    return cert.extensions.get_extension_for_class(kind)


async def test_it_vouches_for_itself_for_its_time(signed, clock):
    state, cert = await signed()
    cert.verify_directly_issued_by(cert)
    assert (cert.not_valid_before_utc, cert.not_valid_after_utc) == (NOW, NOW + datetime.timedelta(hours=240))
    assert (state["validityStartTime"], state["validityEndTime"]) == ("2026-11-28T12:00:00Z", "2026-12-08T12:00:00Z")
    assert state["id"] == str(cert.serial_number)
    assert (state["keyAlgorithm"], state["readyForRenewal"]) == ("ECDSA", False)
    assert isinstance(state["privateKeyPem"], Secret)


async def test_uses_are_as_asked_for(signed):
    _, cert = await signed(allowedUses=["digital_signature", "key_agreement", "encipher_only", "client_auth"])
    usage = extension(cert, x509.KeyUsage)
    assert usage.critical is True
    assert (usage.value.digital_signature, usage.value.key_encipherment, usage.value.encipher_only) == (
        True,
        False,
        True,
    )
    assert list(extension(cert, x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert extension(cert, x509.BasicConstraints).value == x509.BasicConstraints(ca=False, path_length=None)


async def test_an_authority_has_a_key_identifier_and_a_path_length(signed):
    _, cert = await signed(isCaCertificate=True, maxPathLength=0, allowedUses=["cert_signing"], setAuthorityKeyId=True)
    assert extension(cert, x509.BasicConstraints).value == x509.BasicConstraints(ca=True, path_length=0)
    own = extension(cert, x509.SubjectKeyIdentifier).value.digest
    assert extension(cert, x509.AuthorityKeyIdentifier).value.key_identifier == own


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"validityPeriodHours": -1}, "property validityPeriodHours=-1: must be at least 0 hours"),
        ({"earlyRenewalHours": -1}, "property earlyRenewalHours=-1: must be at least 0 hours"),
        ({"maxPathLength": -2}, "property maxPathLength=-2: must be at least -1"),
        (
            {"allowedUses": ["decipher_only"]},
            "property allowedUses=['decipher_only']: decipher_only has a meaning with key_agreement only",
        ),
    ],
)
async def test_check_refuses(plugin, change, expected):
    failures = await plugin.failures("SelfSignedCert", {"privateKeyPem": "k", **TERMS, **change})
    assert [reason for _, reason in failures] == [expected]


async def test_an_unknown_use_is_refused_with_the_known_ones(plugin):
    failures = await plugin.failures("SelfSignedCert", {"privateKeyPem": "k", **TERMS, "allowedUses": ["serving"]})
    assert [reason for _, reason in failures] == [
        "property allowedUses=['serving']: 'serving' is not one of any_extended, cert_signing, client_auth, "
        "code_signing, content_commitment, crl_signing, data_encipherment, decipher_only, digital_signature, "
        "email_protection, encipher_only, ipsec_end_system, ipsec_tunnel, ipsec_user, key_agreement, "
        "key_encipherment, microsoft_commercial_code_signing, microsoft_kernel_code_signing, "
        "microsoft_server_gated_crypto, netscape_server_gated_crypto, ocsp_signing, server_auth, timestamping"
    ]


async def test_an_authority_without_a_name_is_refused(signed):
    with pytest.raises(Exception, match="a certificate authority needs at least one part of a name"):
        await signed(isCaCertificate=True, subject={})


async def test_an_authority_key_identifier_needs_a_key_identifier(signed):
    with pytest.raises(Exception, match="setAuthorityKeyId=True needs setSubjectKeyId=True or isCaCertificate=True"):
        await signed(setAuthorityKeyId=True)


async def renewal(plugin, inputs, state):
    return (await plugin.diff("SelfSignedCert", inputs, inputs, state=state))["paths"]


@pytest.mark.parametrize(("hours", "due"), [(0, False), (191, False), (192, True), (241, True)])
async def test_it_is_renewed_from_so_many_hours_before_its_end(plugin, key, clock, hours, due):
    inputs, _ = await plugin.check("SelfSignedCert", {"privateKeyPem": await key(), **TERMS, "earlyRenewalHours": 48})
    resource_id, state = await plugin.create("SelfSignedCert", inputs)
    clock(hours)
    assert await renewal(plugin, inputs, state) == ({"readyForRenewal": "UPDATE_REPLACE"} if due else {})
    assert (await plugin.read("SelfSignedCert", resource_id, state, inputs))[1]["readyForRenewal"] is due


async def test_without_an_early_renewal_it_is_renewed_when_expired(plugin, key, clock):
    inputs, _ = await plugin.check("SelfSignedCert", {"privateKeyPem": await key(), **TERMS})
    _, state = await plugin.create("SelfSignedCert", inputs)
    clock(239)
    assert await renewal(plugin, inputs, state) == {}
    clock(240)
    assert await renewal(plugin, inputs, state) == {"readyForRenewal": "UPDATE_REPLACE"}


async def test_an_early_renewal_as_long_as_the_validity_is_due_at_once(signed):
    assert (await signed(earlyRenewalHours=240))[0]["readyForRenewal"] is True
    assert (await signed(validityPeriodHours=0))[0]["readyForRenewal"] is True


async def test_another_early_renewal_keeps_the_certificate(plugin, key, clock):
    old, _ = await plugin.check("SelfSignedCert", {"privateKeyPem": await key(), **TERMS})
    resource_id, state = await plugin.create("SelfSignedCert", old)
    new = old | {"earlyRenewalHours": 24}
    answer = await plugin.diff("SelfSignedCert", old, new, state=state)
    assert (answer["paths"], answer["replaces"]) == ({"earlyRenewalHours": "UPDATE"}, [])
    after = await plugin.update("SelfSignedCert", resource_id, state, old, new)
    assert after == state | {"earlyRenewalHours": 24}


async def test_an_early_renewal_that_is_not_known_yet_renews_nothing(plugin, key, clock):
    old, _ = await plugin.check("SelfSignedCert", {"privateKeyPem": await key(), **TERMS})
    _, state = await plugin.create("SelfSignedCert", old)
    clock(300)
    answer = await plugin.diff("SelfSignedCert", old, old | {"earlyRenewalHours": UNKNOWN}, state=state)
    assert answer["paths"] == {"earlyRenewalHours": "UPDATE"}


async def test_the_official_plugin_s_times_are_read(plugin, clock):
    state = {"validityEndTime": "2026-11-28T12:00:00.123456789+01:00", "earlyRenewalHours": 0}
    inputs = {"privateKeyPem": "k", **TERMS, "earlyRenewalHours": 0}
    assert await renewal(plugin, inputs, inputs | state) == {"readyForRenewal": "UPDATE_REPLACE"}
    clock(-2)
    assert await renewal(plugin, inputs, inputs | state) == {}
