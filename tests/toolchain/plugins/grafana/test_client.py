"""Login, organisations, retries, TLS and what errors say."""

import time
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock

import httpx
import pytest

from tests.toolchain.plugins.grafana.fake import PASSWORD, TOKEN, VIEWER_TOKEN, Refused, route, running
from tests.toolchain.plugins.grafana.fake_tls import self_signed, serving
from toolchain.plugins.grafana import client as module
from toolchain.plugins.grafana.client import Grafana, GrafanaError, part
from toolchain.plugins.grafana.settings import CONFIGURATION, parse


@route("GET", "/page")
def page(*_):
    return 200, b"<html>a proxy's login page</html>"


@route("GET", "/proxy")
def proxy(*_):
    return 502, b"<html>nothing behind here</html>"


@route("POST", "/echo")
def echo(_fake, _org, request):
    raise Refused(400, f"cannot take {request.body}, {request.headers.get('x-desk')}")


def client(url, **given):
    defaults = {name: shape.default for name, shape in CONFIGURATION.items() if shape.default is not None}
    return Grafana(parse(defaults | {"url": url, "auth": f"admin:{PASSWORD}", "retries": 0} | given))


@pytest.fixture
def waits(monkeypatch):
    """The pauses that were asked for; none is made."""
    asked = []
    monkeypatch.setattr(module.time, "sleep", asked.append)
    return asked


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def over_tls(pair):
    """A fake with that certificate, which demands it of its clients too."""
    with running(serving(pair, demands=True)) as fake:
        yield fake


def failure(call):
    with pytest.raises(GrafanaError) as error:
        call()
    return str(error.value)


def test_basic_auth_chooses_the_organisation(grafana):
    client(grafana.url).get("/org/users", 2)
    assert grafana.requests[-1].org == 2
    assert grafana.requests[-1].headers["x-grafana-org-id"] == "2"


def test_a_token_names_no_organisation(grafana):
    client(grafana.url, auth=TOKEN).get("/org/users", 0)
    assert "x-grafana-org-id" not in grafana.requests[-1].headers


def test_headers_of_the_provider_are_sent(grafana):
    client(grafana.url, httpHeaders={"X-Desk": "fx"}).get("/org/users", 1)
    assert grafana.requests[-1].headers["x-desk"] == "fx"


def test_a_wrong_login_says_what_to_check_and_not_what_was_given(grafana):
    assert failure(lambda: client(grafana.url, auth="admin:wr0ng").get("/org/users", 1)) == (
        "Grafana refused GET /api/org/users: 401 Invalid username or password; check auth on the provider"
        " (user:password, or a token)"
    )


def test_who_is_turned_away_does_not_knock_again(grafana):
    asking = client(grafana.url, auth="admin:wr0ng")
    told = failure(lambda: asking.get("/org/users", 1))
    assert failure(lambda: asking.send("POST", "/teams", 1, body={"name": "desk"})) == told
    assert grafana.turned_away == 1


def at_once(*calls):
    """What each of the calls, made at the same time, fails with."""
    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return set(pool.map(failure, calls))


def test_many_at_once_knock_once(grafana):
    asking = client(grafana.url, auth="admin:wr0ng")
    [told] = at_once(*[lambda: asking.get("/org/users", 1)] * 8)
    assert "401 Invalid username or password" in told
    assert grafana.turned_away == 1


def test_a_grafana_that_is_away_is_waited_for_once(waits):
    asking = client("http://127.0.0.1:1", retries=3, retryWait=2)
    [told] = at_once(*[lambda: asking.get("/org/users", 1)] * 8)
    assert told.startswith("cannot reach Grafana at http://127.0.0.1:1: ")
    assert waits == [2, 2, 2]


def test_who_was_let_in_is_not_given_up_for_a_broken_line(grafana, monkeypatch):
    asking = client(grafana.url)
    assert asking.get("/org/users", 1)
    with monkeypatch.context() as broken:
        broken.setattr(asking._http, "request", Mock(side_effect=httpx.ConnectError("line down")))
        assert failure(lambda: asking.get("/org/users", 1)).endswith("line down")
    assert asking.get("/org/users", 1)


def test_another_refusal_is_no_reason_to_stop_asking(grafana):
    asking = client(grafana.url)
    grafana.failing.append((403, "You'll need additional permissions"))
    failure(lambda: asking.get("/org/users", 1))
    assert asking.get("/org/users", 1)


def test_a_viewer_may_look_and_not_touch(grafana):
    viewer = client(grafana.url, auth=VIEWER_TOKEN)
    assert viewer.get("/org/users", 0)
    assert failure(lambda: viewer.send("POST", "/teams", 0, body={"name": "desk"})).startswith(
        "Grafana refused POST /api/teams: 403 You'll need additional permissions to perform this action."
    )
    assert grafana.org.teams == {}


def test_a_missing_permission_says_whose(grafana):
    grafana.failing.append((403, "You'll need additional permissions"))
    assert failure(lambda: client(grafana.url).get("/org/users", 1)) == (
        "Grafana refused GET /api/org/users: 403 You'll need additional permissions; the account behind auth on the"
        " provider lacks the permission"
    )


def test_without_a_url_the_error_says_where_to_set_it():
    assert failure(lambda: client("").get("/org/users", 1)) == (
        "no Grafana to talk to: set url on the provider, or GRAFANA_URL"
    )


def test_an_answer_that_is_not_grafanas_is_told_so(grafana):
    assert failure(lambda: client(grafana.url).get("/page", 1)) == (
        f"{grafana.url} answers, but not as Grafana does: check url on the provider"
    )


def test_a_refusal_that_is_not_grafanas_is_told_by_its_status(grafana):
    assert failure(lambda: client(grafana.url).get("/proxy", 1)) == "Grafana refused GET /api/proxy: 502 Bad Gateway"


def test_what_a_refusal_repeats_of_the_secrets_is_hidden(grafana):
    talking = client(grafana.url, httpHeaders={"X-Desk": "header-value"})
    body = {"password": "s3cret", "login": PASSWORD}
    assert failure(lambda: talking.send("POST", "/echo", 1, body=body, hidden=["s3cret"])) == (
        "Grafana refused POST /api/echo: 400 cannot take {'password': '[secret]', 'login': '[secret]'}, [secret]"
    )


def test_a_secret_within_a_longer_one_leaves_no_rest(grafana):
    body = {"long": "abcdef"}
    text = failure(lambda: client(grafana.url).send("POST", "/echo", 1, body=body, hidden=["abc", "abcdef"]))
    assert text == "Grafana refused POST /api/echo: 400 cannot take {'long': '[secret]'}, None"


def test_a_token_with_a_line_break_is_not_quoted(grafana):
    text = failure(lambda: client(grafana.url, auth=TOKEN + "\n").get("/org/users", 0))
    assert text == "auth or httpHeaders on the provider hold what no header can: a line break?"
    assert grafana.requests == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_status_that_may_pass_is_tried_again_with_growing_pauses(grafana, waits, status):
    grafana.failing.extend([(status, "not yet")] * 3)
    assert len(client(grafana.url, retries=3).get("/org/users", 1)) == 3
    assert (len(grafana.requests), waits) == (4, [1, 2, 4])


def test_a_fixed_pause_where_one_is_set(grafana, waits):
    grafana.failing.extend([(503, "not yet")] * 2)
    client(grafana.url, retries=10, retryWait=3).get("/org/users", 1)
    assert waits == [3, 3]


def test_retries_end_and_the_last_answer_is_told(grafana, waits):
    grafana.failing.extend([(503, "not yet")] * 3)
    assert failure(lambda: client(grafana.url, retries=2).get("/org/users", 1)) == (
        "Grafana refused GET /api/org/users: 503 not yet"
    )
    assert waits == [1, 2]


@pytest.mark.parametrize(("codes", "tries"), [(["429", "5xx"], 1), (["404"], 3), (["4xx"], 3)])
def test_only_the_configured_status_codes_are_tried_again(grafana, waits, codes, tries):
    grafana.failing.extend([(404, "gone")] * 3)
    failure(lambda: client(grafana.url, retries=2, retryStatusCodes=codes).get("/org/users", 1))
    assert len(grafana.requests) == tries


def test_a_grafana_that_is_not_there_is_tried_again_then_named(waits):
    text = failure(lambda: client("http://admin:in-the-url@127.0.0.1:1", retries=1).get("/org/users", 1))
    assert text == "cannot reach Grafana at http://127.0.0.1:1: [Errno 111] Connection refused"
    assert waits == [1]


def test_nothing_connects_before_the_first_request():
    started = time.monotonic()
    client("http://127.0.0.1:1", retries=10)
    assert time.monotonic() - started < 1


def test_what_is_gone_is_found_to_be_none_and_deleted_without_error(grafana):
    talking = client(grafana.url)
    assert talking.find("/folders/nowhere", 1) is None
    talking.delete("/folders/nowhere", 1)
    assert grafana.asked() == ["GET /folders/nowhere", "DELETE /folders/nowhere"]


def test_other_refusals_are_errors_of_find_and_delete(grafana):
    talking = client(grafana.url)
    grafana.failing.extend([(400, "no"), (400, "no")])
    assert failure(lambda: talking.find("/folders/f", 1)) == "Grafana refused GET /api/folders/f: 400 no"
    assert failure(lambda: talking.delete("/folders/f", 1)) == "Grafana refused DELETE /api/folders/f: 400 no"


def test_tls_with_an_authority_and_a_client_certificate_from_files(over_tls, pair):
    cert, key = map(str, pair)
    assert len(client(over_tls.url, caCert=cert, tlsCert=cert, tlsKey=key).get("/org/users", 1)) == 3


def test_tls_with_certificates_as_text(over_tls, pair):
    cert, key = (path.read_text() for path in pair)
    assert len(client(over_tls.url, caCert=cert, tlsCert=cert, tlsKey=key).get("/org/users", 1)) == 3


def test_tls_of_an_unknown_authority_is_refused_unless_told_otherwise(over_tls, pair):
    cert, key = map(str, pair)
    text = failure(lambda: client(over_tls.url, tlsCert=cert, tlsKey=key).get("/org/users", 1))
    assert text.startswith(f"cannot reach Grafana at {over_tls.url}: [SSL: CERTIFICATE_VERIFY_FAILED]")
    careless = client(over_tls.url, tlsCert=cert, tlsKey=key, insecureSkipVerify=True)
    assert len(careless.get("/org/users", 1)) == 3


def test_a_client_certificate_that_is_demanded_and_not_given(over_tls, pair):
    assert failure(lambda: client(over_tls.url, caCert=str(pair[0])).get("/org/users", 1)).startswith(
        f"cannot reach Grafana at {over_tls.url}: "
    )


def test_a_certificate_that_cannot_be_read_names_the_setting():
    text = failure(lambda: client("https://grafana.internal", caCert="/nonexistent/ca.pem"))
    assert text == (
        "caCert, tlsCert or tlsKey on the provider cannot be used:"
        " [Errno 2] No such file or directory: '/nonexistent/ca.pem'"
    )


def test_a_part_of_a_path_is_escaped():
    assert part("a/b c:ü") == "a%2Fb%20c%3A%C3%BC"
