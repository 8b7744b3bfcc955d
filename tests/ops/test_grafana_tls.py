"""Whom the command line trusts, by a small server with a certificate that no system knows."""

from collections.abc import Iterator

import httpx
import pytest

from ops import grafana_tls
from ops.dashboards.model import Variable
from ops.dashboards.sources import through_grafana
from ops.errors import OpsError
from tests.toolchain.plugins.grafana import fake_oss  # noqa: F401 - it registers its routes
from tests.toolchain.plugins.grafana.fake import TOKEN, Fake, running
from tests.toolchain.plugins.grafana.fake_tls import Pair, self_signed, serving

NAMES = ("GRAFANA_CA_CERT", "GRAFANA_TLS_CERT", "GRAFANA_TLS_KEY", "SSL_CERT_FILE")


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def over_tls(pair: Pair) -> Iterator[Fake]:
    with running(serving(pair, demands=False)) as fake:
        yield fake


def answered(fake: Fake) -> int:
    with httpx.Client(verify=grafana_tls.context()) as client:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return client.get(f"{fake.url}/api/org/users", headers=headers).status_code


@pytest.mark.parametrize("as_text", [False, True])
def test_an_authority_is_trusted_by_its_file_or_its_text(
    monkeypatch: pytest.MonkeyPatch, over_tls: Fake, pair: Pair, as_text: bool
) -> None:
    monkeypatch.setenv("GRAFANA_CA_CERT", pair[0].read_text() if as_text else str(pair[0]))
    assert answered(over_tls) == 200


def test_an_authority_of_the_system_is_trusted(monkeypatch: pytest.MonkeyPatch, over_tls: Fake, pair: Pair) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(pair[0]))
    assert answered(over_tls) == 200


def test_an_authority_that_nobody_named_is_not_trusted(over_tls: Fake) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        answered(over_tls)
    assert over_tls.requests == []


def test_a_client_certificate_is_shown_where_it_is_demanded(monkeypatch: pytest.MonkeyPatch, pair: Pair) -> None:
    for name, file in zip(NAMES, (pair[0], *pair), strict=False):
        monkeypatch.setenv(name, str(file))
    with running(serving(pair, demands=True)) as fake:
        assert answered(fake) == 200


def test_a_client_certificate_that_is_demanded_and_not_given(monkeypatch: pytest.MonkeyPatch, pair: Pair) -> None:
    monkeypatch.setenv("GRAFANA_CA_CERT", str(pair[0]))
    with running(serving(pair, demands=True)) as fake, pytest.raises(httpx.TransportError):
        answered(fake)


def test_a_file_that_is_not_there_names_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAFANA_CA_CERT", "/nowhere/ca.pem")
    with pytest.raises(OpsError) as refused:
        grafana_tls.context()

    assert refused.value.problems == (
        "GRAFANA_CA_CERT, GRAFANA_TLS_CERT or GRAFANA_TLS_KEY cannot be used ([Errno 2] No such file or directory: "
        "'/nowhere/ca.pem'): each is a PEM text or the path of a file",
    )


def test_dashboards_are_asked_for_through_a_grafana_that_the_provider_trusts(
    monkeypatch: pytest.MonkeyPatch, over_tls: Fake, pair: Pair
) -> None:
    monkeypatch.setenv("GRAFANA_CA_CERT", str(pair[0]))
    monkeypatch.setattr(Fake, "answer", lambda *_: (200, {"data": ["engine"]}))
    with through_grafana(over_tls.url, TOKEN) as grafana:
        assert grafana.values(Variable(name="job", series="up", label="job")) == ["engine"]
