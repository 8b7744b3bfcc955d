import base64
import json

from hypothesis import given
from hypothesis import strategies as st

from ops.doctor.redact import Redactor, secret_values
from ops.state import SECRET, SIGNATURE


def secret(value: object) -> dict[str, str]:
    return {SIGNATURE: SECRET, "plaintext": json.dumps(value)}


def test_every_secret_of_an_export_is_found() -> None:
    export = {
        "deployment": {
            "resources": [
                {"outputs": {"result": secret("first-password"), "name": "not-a-secret"}},
                {"inputs": {"uploads": secret([{"file": "/run/secrets/db-owner", "content": "second-password"}])}},
                {"outputs": {"key": secret("-----BEGIN KEY-----\nabcdefgh\n-----END KEY-----\n")}},
                {"outputs": {"short": secret("five5"), "number": secret(123456789), "nothing": secret(None)}},
            ]
        }
    }

    assert secret_values(export) == {
        "first-password",
        "second-password",
        "-----BEGIN KEY-----",
        "abcdefgh",
        "-----END KEY-----",
        "-----BEGIN KEY-----\nabcdefgh\n-----END KEY-----",
    }


def test_a_secret_is_taken_out_in_every_spelling() -> None:
    value = 'pass"word/1'
    text = f"{value} {json.dumps(value)} pass%22word%2F1 {base64.b64encode(value.encode()).decode()}"

    assert Redactor([value]).clean(text) == '[redacted] "[redacted]" [redacted] [redacted]='


def test_the_longer_of_two_secrets_is_taken_out_whole() -> None:
    assert Redactor(["secret", "secret-of-the-desk"]).clean("a secret-of-the-desk b") == "a [redacted] b"


def test_it_does_not_show_what_it_knows() -> None:
    assert repr(Redactor(["first-password"])) == "Redactor(2 spellings)"


@given(st.text(alphabet="abcXYZ019!$%&/()=?'\" \\", min_size=6), st.text(), st.text())
def test_no_text_keeps_a_secret(value: str, before: str, after: str) -> None:
    cleaned = Redactor([value]).clean(f"{before}{value}{after}")

    assert "[redacted]" in cleaned
    assert value not in cleaned.replace("[redacted]", "\0")
