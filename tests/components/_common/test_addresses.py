import pytest
from pydantic import TypeAdapter, ValidationError

from components._common.addresses import SafeUrl

URL: TypeAdapter[object] = TypeAdapter(SafeUrl)


@pytest.mark.parametrize(
    "good",
    [
        *("https://events.example/x", "https://8.8.8.8/x", "http://10.20.0.5:8080/x", "http://192.168.1.2/"),
        *("http://127.0.0.1:9/", "http://[::1]/", "http://[fd00::1]:8080/", "http://pager:8080/hook"),
        *("http://172.16.0.1/", "http://172.31.255.255/"),
    ],
)
def test_tls_or_the_desks_own_network_is_good(good: str) -> None:
    assert str(URL.validate_python(good)) == good


@pytest.mark.parametrize(
    "bad",
    [
        *("http://events.example/x", "http://8.8.8.8/x", "http://[2001:4860:4860::8888]/", "http://172.32.0.1/"),
        # Link-local, documentation and carriers' networks are no desk's.
        *("http://169.254.169.254/", "http://[fe80::1]/", "http://192.0.2.1/", "http://[2001:db8::1]/"),
        *("http://100.64.0.1/", "http://0.0.0.0/", "http://[::ffff:8.8.8.8]/"),
    ],
)
def test_http_to_elsewhere_is_refused(bad: str) -> None:
    with pytest.raises(ValidationError, match=r"outside of the desk's own network shows everything.*: use https"):
        URL.validate_python(bad)


@pytest.mark.parametrize("bad", ["https://u:p@events.example/", "http://u@pager/", "https://:p@pager/"])
def test_a_password_in_a_url_is_refused(bad: str) -> None:
    with pytest.raises(ValidationError, match=r"the URL has credentials.*: give them as a secret"):
        URL.validate_python(bad)


@pytest.mark.parametrize("bad", ["pager", "ftp://pager/", ""])
def test_what_is_no_url_is_refused(bad: str) -> None:
    with pytest.raises(ValidationError, match="URL"):
        URL.validate_python(bad)
