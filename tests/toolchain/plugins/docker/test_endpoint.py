import json

import pytest

from toolchain.plugins.docker.endpoint import Endpoint, resolve
from toolchain.plugins.framework import ProviderError

SOCKET = "unix:///var/run/docker.sock"


def failure(**settings):
    with pytest.raises(ProviderError) as failed:
        resolve({"host": SOCKET, **settings})
    return str(failed.value)


@pytest.fixture
def context(tmp_path, monkeypatch):
    """Writes a context as the docker command line does."""
    monkeypatch.setenv("HOME", str(tmp_path))

    def write(text, folder="c0ffee"):
        path = tmp_path / ".docker" / "contexts" / "meta" / folder / "meta.json"
        path.parent.mkdir(parents=True)
        path.write_text(text)

    return write


@pytest.fixture
def certificates(tmp_path):
    for part in ("ca", "cert", "key"):
        (tmp_path / f"{part}.pem").write_text(f"the {part}")
    return tmp_path


@pytest.mark.parametrize("host", [SOCKET, "tcp://10.0.0.5:2375", "http://10.0.0.5:2375", "https://10.0.0.5:2376"])
def test_a_host_without_tls_material_is_taken_as_it_is(host):
    assert resolve({"host": host}) == Endpoint(host=host)


@pytest.mark.parametrize("host", ["npipe:////./pipe/docker_engine", "10.0.0.5:2375", "/var/run/docker.sock", ""])
def test_an_unknown_scheme_names_those_there_are(host):
    assert failure(host=host) == f"docker host {host!r} has an unknown scheme: use unix://, tcp:// or ssh://"


def test_ssh_takes_its_options_and_no_tls_material():
    endpoint = resolve({"host": "ssh://ops@h1", "sshOpts": ["-o", "BatchMode=yes"], "caMaterial": "the ca"})
    assert endpoint == Endpoint(host="ssh://ops@h1", ssh_options=("-o", "BatchMode=yes"))
    assert endpoint.by_ssh


def test_only_ssh_is_by_ssh():
    assert not resolve({"host": "tcp://10.0.0.5:2376"}).by_ssh


def test_tls_material_is_taken_as_text():
    given = {"caMaterial": "the ca", "certMaterial": "the cert", "keyMaterial": "the key"}
    endpoint = resolve({"host": "tcp://h1:2376", **given})
    assert (endpoint.ca, endpoint.cert, endpoint.key) == ("the ca", "the cert", "the key")


def test_tls_material_is_read_from_a_folder(certificates):
    endpoint = resolve({"host": "tcp://h1:2376", "certPath": str(certificates)})
    assert (endpoint.ca, endpoint.cert, endpoint.key) == ("the ca", "the cert", "the key")


@pytest.mark.parametrize("part", ["ca", "cert", "key"])
def test_a_missing_file_in_the_folder_is_named(certificates, part):
    (certificates / f"{part}.pem").unlink()
    expected = f"docker certPath: cannot read {certificates}/{part}.pem: No such file or directory"
    assert failure(certPath=str(certificates)) == expected


@pytest.mark.parametrize("part", ["certMaterial", "keyMaterial"])
def test_half_a_key_pair_is_refused(part):
    assert failure(**{part: "PEM"}) == "docker certMaterial and keyMaterial belong together: give both or neither"


def test_a_certificate_from_two_places_is_refused():
    text = failure(certMaterial="the cert", keyMaterial="the key", certPath="/certs")
    assert text == "docker certPath='/certs' and certMaterial are both given: leave one out"


def test_a_context_goes_before_the_host(context):
    context(json.dumps({"Name": "site", "Endpoints": {"docker": {"Host": "tcp://10.0.0.7:2375"}}}))
    assert resolve({"host": SOCKET, "context": "site"}) == Endpoint(host="tcp://10.0.0.7:2375")


def test_broken_contexts_do_not_hide_a_good_one(context):
    context("not json", folder="0")
    context("{}", folder="1")
    context(json.dumps({"Name": "site", "Endpoints": {"docker": {"Host": "ssh://h7"}}}), folder="2")
    assert resolve({"host": SOCKET, "context": "site"}).by_ssh


def test_a_context_that_is_not_there_is_named(context):
    context(json.dumps({"Name": "other", "Endpoints": {"docker": {"Host": "ssh://h7"}}}))
    assert failure(context="site") == "docker context 'site' not found: `docker context ls` lists those there are"


def test_material_never_shows(certificates):
    endpoint = resolve({"host": "tcp://h1:2376", "certPath": str(certificates)})
    assert "the key" not in repr(endpoint)
