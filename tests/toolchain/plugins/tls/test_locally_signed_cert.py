"""What the authority signed is taken by two TLS stacks: OpenSSL's, by a handshake, and cryptography's verifier."""

import datetime
import ssl

import pytest
from cryptography import x509
from cryptography.x509 import DNSName
from cryptography.x509.verification import PolicyBuilder, Store

TERMS = {"validityPeriodHours": 24, "allowedUses": ["digital_signature", "server_auth", "client_auth"]}


@pytest.fixture
def signed(make, key, authority):
    """A node's key and certificate."""

    async def one(by=authority, algorithm="ECDSA", **inputs):
        pem = await key(algorithm)
        request = await make("CertRequest", privateKeyPem=pem, subject={"commonName": "node"}, dnsNames=["node.test"])
        cert = await make(
            "LocallySignedCert",
            certRequestPem=request["certRequestPem"],
            caPrivateKeyPem=by.key,
            caCertPem=by.cert,
            **TERMS,
            **inputs,
        )
        return pem, cert

    return one


def handshake(tmp_path, key, cert, authority, name):
    """A server with `key` and `cert` against a client that trusts `authority` and wants `name`."""
    (tmp_path / "pair.pem").write_text(key + cert)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(tmp_path / "pair.pem")
    client_side = ssl.create_default_context(cadata=authority)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_side.wrap_bio(to_client, to_server, server_hostname=name)
    server = server_side.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(3):
        for end in (client, server):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    return client.version()


@pytest.mark.parametrize("algorithm", ["ECDSA", "RSA", "ED25519"])
async def test_clients_that_trust_the_authority_take_it(signed, authority, tmp_path, algorithm):
    key, cert = await signed(algorithm=algorithm)
    assert handshake(tmp_path, key, cert["certPem"], authority.cert, "node.test") == "TLSv1.3"


async def test_it_does_not_speak_for_another_name_or_authority(signed, authority, make, key, tmp_path):
    pem, cert = await signed()
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(tmp_path, pem, cert["certPem"], authority.cert, "other.test")
    stranger = await make(
        "SelfSignedCert",
        privateKeyPem=await key(),
        subject={"commonName": "desk", "organization": "hft"},
        validityPeriodHours=24,
        allowedUses=["cert_signing"],
        isCaCertificate=True,
    )
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(tmp_path, pem, cert["certPem"], stranger["certPem"], "node.test")


async def test_a_strict_verifier_takes_it(signed, authority):
    _, cert = await signed()
    trusted = Store([x509.load_pem_x509_certificate(authority.cert.encode())])
    verifier = PolicyBuilder().store(trusted).build_server_verifier(DNSName("node.test"))
    chain = verifier.verify(x509.load_pem_x509_certificate(cert["certPem"].encode()), [])
    assert len(chain) == 2


async def test_state_says_who_signed_and_until_when(signed):
    _, cert = await signed()
    parsed = x509.load_pem_x509_certificate(cert["certPem"].encode())
    assert parsed.issuer.rfc4514_string() == "CN=desk,O=hft"
    assert cert["caKeyAlgorithm"] == "ECDSA"
    assert cert["id"] == str(parsed.serial_number)
    end = parsed.not_valid_after_utc
    assert cert["validityEndTime"] == end.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert end - parsed.not_valid_before_utc == datetime.timedelta(hours=24)


async def test_a_certificate_that_is_no_authority_signs_nothing(signed, authority, make, key):
    pem = await key()
    leaf = await make("SelfSignedCert", privateKeyPem=pem, subject={"commonName": "x"}, **TERMS)
    with pytest.raises(Exception, match="caCertPem is not a certificate authority: make it with isCaCertificate=True"):
        await signed(by=type(authority)(pem, leaf["certPem"]))


async def test_a_key_of_another_authority_signs_nothing(signed, authority, key):
    with pytest.raises(Exception, match="caPrivateKeyPem is not the key of caCertPem"):
        await signed(by=type(authority)(await key(), authority.cert))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"certRequestPem": "x"}, "certRequestPem is not a certificate request in PEM"),
        ({"caCertPem": "x"}, "caCertPem is not a certificate in PEM"),
        ({"caPrivateKeyPem": "hush-hush"}, "caPrivateKeyPem is not a private key in PEM without a passphrase"),
    ],
)
async def test_text_that_is_no_pem_is_refused_and_not_shown(make, authority, key, change, message):
    request = await make("CertRequest", privateKeyPem=await key(), dnsNames=["node.test"])
    given = {
        "certRequestPem": request["certRequestPem"],
        "caPrivateKeyPem": authority.key,
        "caCertPem": authority.cert,
        **TERMS,
    }
    with pytest.raises(Exception, match=message) as error:
        await make("LocallySignedCert", **given | change)
    assert "hush" not in str(error.value)


async def test_a_renewed_authority_signs_anew(plugin):
    old = {"certRequestPem": "r", "caPrivateKeyPem": "k", "caCertPem": "c", **TERMS}
    answer = await plugin.diff("LocallySignedCert", old, old | {"caCertPem": "d"})
    assert (answer["replaces"], answer["delete_before_replace"]) == (["caCertPem"], False)
