import ipaddress

import pytest
from cryptography import x509

REQUEST = {
    "subject": {"commonName": "etcd-0", "organization": "hft", "country": "DE"},
    "dnsNames": ["etcd-0", "localhost"],
    "ipAddresses": ["10.0.0.1", "fd00::1"],
    "uris": ["urn:hft:etcd"],
}


def alternatives(request):
    return request.extensions.get_extension_for_class(x509.SubjectAlternativeName)


async def test_names_and_addresses_are_in_the_signed_request(make, key):
    state = await make("CertRequest", privateKeyPem=await key(), **REQUEST)
    request = x509.load_pem_x509_csr(state["certRequestPem"].encode())
    assert request.is_signature_valid
    assert request.subject.rfc4514_string() == "CN=etcd-0,O=hft,C=DE"
    names = alternatives(request)
    assert list(names.value) == [
        x509.DNSName("etcd-0"),
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("10.0.0.1")),
        x509.IPAddress(ipaddress.ip_address("fd00::1")),
        x509.UniformResourceIdentifier("urn:hft:etcd"),
    ]
    assert names.critical is False
    assert state["keyAlgorithm"] == "ECDSA"


async def test_without_a_subject_the_names_are_critical(make, key):
    state = await make("CertRequest", privateKeyPem=await key(), dnsNames=["etcd-0"])
    assert alternatives(x509.load_pem_x509_csr(state["certRequestPem"].encode())).critical is True


async def test_all_parts_of_a_subject_come_in_go_s_order(make, key):
    subject = {
        "commonName": "n",
        "country": "DE",
        "emailAddress": "ops@desk.test",
        "locality": "l",
        "organization": "o",
        "organizationalUnit": "u",
        "postalCode": "1",
        "province": "p",
        "serialNumber": "7",
        "streetAddresses": ["s", "t"],
    }
    state = await make("CertRequest", privateKeyPem=await key("ED25519"), subject=subject)
    request = x509.load_pem_x509_csr(state["certRequestPem"].encode())
    assert [part.value for part in request.subject] == [
        "DE",
        "o",
        "u",
        "l",
        "p",
        "s",
        "t",
        "1",
        "n",
        "7",
        "ops@desk.test",
    ]
    assert state["keyAlgorithm"] == "ED25519"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"ipAddresses": ["10.0.0"]}, "property ipAddresses=['10.0.0']: '10.0.0' is not an IP address"),
        ({"uris": ["desk"]}, "property uris=['desk']: 'desk' is not a URI"),
        ({"dnsNames": [""]}, "property dnsNames=['']: '' is not a DNS name in ASCII"),
        ({"dnsNames": ["bücher"]}, "property dnsNames=['bücher']: 'bücher' is not a DNS name in ASCII"),
        ({"subject": {"comonName": "x"}}, "property subject.comonName unknown: did you mean commonName?"),
        ({"privateKeyPem": None}, "property privateKeyPem is required and missing"),
    ],
)
async def test_check_refuses(plugin, change, expected):
    failures = await plugin.failures("CertRequest", {"privateKeyPem": "k", **change})
    assert [reason for _, reason in failures] == [expected]


async def test_a_country_of_more_than_two_letters_is_refused(make, key):
    with pytest.raises(Exception, match=r"property subject\.country='Germany' does not fit into a certificate: "):
        await make("CertRequest", privateKeyPem=await key(), subject={"country": "Germany"})


async def test_a_text_that_is_no_key_is_refused_and_not_shown(make):
    with pytest.raises(Exception, match="privateKeyPem is not a private key in PEM without a passphrase") as error:
        await make("CertRequest", privateKeyPem="hush-hush")
    assert "hush" not in str(error.value)


async def test_another_name_makes_another_request(plugin):
    old = {"privateKeyPem": "k", "dnsNames": ["a"]}
    assert (await plugin.diff("CertRequest", old, old | {"dnsNames": ["b"]}))["replaces"] == ["dnsNames"]
