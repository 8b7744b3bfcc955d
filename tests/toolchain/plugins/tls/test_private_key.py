import hashlib
import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

from tests.toolchain.plugins.conftest import Secret
from toolchain.plugins.framework import UNKNOWN

SECRETS = ["privateKeyOpenssh", "privateKeyPem", "privateKeyPemPkcs8"]


async def test_check_fills_in_the_official_defaults(plugin):
    inputs, failures = await plugin.check("PrivateKey", {"algorithm": "ED25519"})
    assert failures == []
    assert inputs == {"algorithm": "ED25519", "ecdsaCurve": "P224", "rsaBits": 2048}


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, [("algorithm", "property algorithm is required and missing")]),
        ({"algorithm": "DSA"}, [("algorithm", "property algorithm='DSA': must be one of 'RSA', 'ECDSA', 'ED25519'")]),
        (
            {"algorithm": "ECDSA", "ecdsaCurve": "P128"},
            [("ecdsaCurve", "property ecdsaCurve='P128': must be one of 'P224', 'P256', 'P384', 'P521'")],
        ),
        ({"algorithm": "RSA", "rsaBits": 512}, [("rsaBits", "property rsaBits=512: must be at least 1024 bits")]),
    ],
)
async def test_check_refuses(plugin, inputs, expected):
    assert await plugin.failures("PrivateKey", inputs) == expected


@pytest.mark.parametrize(
    ("inputs", "header", "bits"),
    [
        ({"algorithm": "RSA", "rsaBits": 2048}, "RSA PRIVATE KEY", 2048),
        ({"algorithm": "ECDSA", "ecdsaCurve": "P256"}, "EC PRIVATE KEY", 256),
        ({"algorithm": "ECDSA", "ecdsaCurve": "P384"}, "EC PRIVATE KEY", 384),
        ({"algorithm": "ECDSA", "ecdsaCurve": "P521"}, "EC PRIVATE KEY", 521),
        ({"algorithm": "ED25519"}, "PRIVATE KEY", None),
    ],
)
async def test_all_notations_are_of_one_key(make, tmp_path, inputs, header, bits):
    state = await make("PrivateKey", **inputs)
    private = {name: state[name].value for name in SECRETS}
    assert private["privateKeyPem"].startswith(f"-----BEGIN {header}-----\n")
    assert private["privateKeyPemPkcs8"].startswith("-----BEGIN PRIVATE KEY-----\n")
    keys = [load_pem_private_key(private[name].encode(), None) for name in ("privateKeyPem", "privateKeyPemPkcs8")]
    keys.append(load_ssh_private_key(private["privateKeyOpenssh"].encode(), None))
    assert len({key.private_numbers() if bits else key.private_bytes_raw() for key in keys}) == 1
    assert bits is None or keys[0].key_size == bits

    file = tmp_path / "key.pub"
    file.write_text(state["publicKeyOpenssh"])
    for kind, name in (("md5", "publicKeyFingerprintMd5"), ("sha256", "publicKeyFingerprintSha256")):
        ran = subprocess.run(["ssh-keygen", "-lf", file, "-E", kind], capture_output=True, text=True, check=True)
        assert ran.stdout.split()[1].removeprefix("MD5:") == state[name]


async def test_the_id_is_the_digest_of_the_public_key(make):
    state = await make("PrivateKey", algorithm="ED25519")
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-outform", "DER"],
        input=state["publicKeyPem"].encode(),
        capture_output=True,
        check=True,
    ).stdout
    assert state["id"] == hashlib.sha1(der.strip()).hexdigest()


async def test_curve_p224_has_no_openssh_notation(make):
    state = await make("PrivateKey", algorithm="ECDSA")
    assert state["privateKeyOpenssh"] == Secret("")
    assert [state[name] for name in sorted(state) if "penssh" in name or "Fingerprint" in name] == [
        Secret(""),
        "",
        "",
        "",
    ]
    assert state["publicKeyPem"].startswith("-----BEGIN PUBLIC KEY-----\n")


async def test_private_notations_are_secret_and_public_ones_are_not(make):
    state = await make("PrivateKey", algorithm="ED25519")
    assert sorted(name for name, value in state.items() if isinstance(value, Secret)) == SECRETS


async def test_preview_makes_no_key(plugin):
    inputs, _ = await plugin.check("PrivateKey", {"algorithm": "ED25519"})
    resource_id, state = await plugin.create("PrivateKey", inputs, preview=True)
    assert resource_id == ""
    assert state["privateKeyPem"].value is UNKNOWN


async def test_any_change_replaces_and_the_new_key_comes_first(plugin):
    old = {"algorithm": "ECDSA", "ecdsaCurve": "P256", "rsaBits": 2048}
    assert await plugin.diff("PrivateKey", old, old | {"ecdsaCurve": "P384"}) == {
        "changes": True,
        "replaces": ["ecdsaCurve"],
        "delete_before_replace": False,
        "paths": {"ecdsaCurve": "UPDATE_REPLACE"},
    }


async def test_state_of_the_official_plugin_is_no_change(plugin):
    # It leaves its defaults out of the inputs and puts them into the state.
    written, _ = await plugin.check("PrivateKey", {"algorithm": "RSA"})
    state = {"algorithm": "RSA", "ecdsaCurve": "P224", "rsaBits": 2048}
    assert (await plugin.diff("PrivateKey", {"algorithm": "RSA"}, written, state=state))["changes"] is False
    assert (await plugin.diff("PrivateKey", {"algorithm": "RSA"}, written, state=state | {"rsaBits": 4096}))[
        "replaces"
    ] == ["rsaBits"]


async def test_refresh_changes_nothing(plugin):
    inputs, _ = await plugin.check("PrivateKey", {"algorithm": "ED25519"})
    resource_id, state = await plugin.create("PrivateKey", inputs)
    assert await plugin.read("PrivateKey", resource_id, state, inputs) == (resource_id, state, inputs)


async def test_import_is_refused(plugin):
    with pytest.raises(Exception, match="PrivateKey cannot be imported: it lives in the state of its stack only"):
        await plugin.read("PrivateKey", "some-id", {}, {})
