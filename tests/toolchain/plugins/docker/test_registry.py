"""Which credentials go with which image. That a registry gets them is proven in test_image.py."""

import base64
import json

import pytest

from toolchain.plugins.docker.registry import credentials, for_image, hostname, registry_of
from toolchain.plugins.framework import ProviderError


@pytest.fixture(autouse=True)
def machine(tmp_path, monkeypatch):
    """No credentials in the environment or at home."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("DOCKER_REGISTRY_USER", "DOCKER_REGISTRY_PASS", "DOCKER_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def login(username="bot", password="s3cret:x"):
    return {"auth": base64.b64encode(f"{username}:{password}".encode()).decode()}


def config(**known):
    return json.dumps(known)


def failure(**item):
    with pytest.raises(ProviderError) as failed:
        credentials([{"address": "registry.example:5000", **item}])
    return str(failed.value)


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("registry.example:5000", "https://registry.example:5000"),
        ("https://registry.example:5000/v2/", "https://registry.example:5000"),
        ("http://registry.example:5000", "http://registry.example:5000"),
    ],
)
def test_a_login_by_the_registrys_host_name(address, server):
    assert credentials([{"address": address, "username": "bot", "password": "s3cret"}]) == {
        "registry.example:5000": {"username": "bot", "password": "s3cret", "serveraddress": server}
    }


def test_no_login_at_all():
    assert credentials([]) == {}


def test_a_registry_without_login():
    found = credentials([{"address": "registry.example", "authDisabled": True}])["registry.example"]
    assert (found["username"], found["password"]) == ("username", "password")


def test_the_environment_fills_in(monkeypatch):
    monkeypatch.setenv("DOCKER_REGISTRY_USER", "bot")
    monkeypatch.setenv("DOCKER_REGISTRY_PASS", "s3cret")
    found = credentials([{"address": "registry.example"}])["registry.example"]
    assert (found["username"], found["password"]) == ("bot", "s3cret")


def test_a_login_from_the_content_of_a_configuration_file():
    text = config(auths={"registry.example:5000": login()})
    found = credentials([{"address": "registry.example:5000", "configFileContent": text}])["registry.example:5000"]
    assert (found["username"], found["password"]) == ("bot", "s3cret:x")


@pytest.mark.parametrize("key", ["registry.example:5000", "https://registry.example:5000"])
def test_a_login_from_a_configuration_file(machine, key):
    (machine / "logins.json").write_text(config(auths={key: login()}))
    found = credentials([{"address": "registry.example:5000", "configFile": "~/logins.json"}])
    assert found["registry.example:5000"]["username"] == "bot"


def test_a_login_from_the_users_own_configuration_file(machine):
    (machine / ".docker").mkdir()
    (machine / ".docker" / "config.json").write_text(config(auths={"registry.example": login()}))
    assert credentials([{"address": "registry.example"}])["registry.example"]["username"] == "bot"


@pytest.mark.parametrize("folder", [True, False])
def test_docker_config_names_the_folder_or_the_file(machine, monkeypatch, folder):
    (machine / "config.json").write_text(config(auths={"registry.example": login()}))
    monkeypatch.setenv("DOCKER_CONFIG", str(machine if folder else machine / "config.json"))
    assert credentials([{"address": "registry.example"}])["registry.example"]["username"] == "bot"


def test_the_hub_is_known_by_all_its_names():
    text = config(auths={"https://index.docker.io/v1/": login()})
    known = credentials([{"address": "docker.io", "configFileContent": text}])
    assert for_image("library/debian:trixie", known) == known["docker.io"]
    assert for_image("debian", known) == known["docker.io"]


def test_a_missing_configuration_file_is_named(machine):
    assert failure() == (
        f"docker registryAuth registry.example:5000: cannot read {machine}/.docker/config.json:"
        " No such file or directory"
    )


def test_a_broken_configuration_file_does_not_show_its_content():
    assert failure(configFileContent="s3cret {") == (
        "docker registryAuth registry.example:5000: configFileContent is not JSON"
    )


@pytest.mark.parametrize("text", ["[]", '"s3cret"', '{"auths": []}', '{"auths": {"registry.example:5000": "s3cret"}}'])
def test_json_of_another_shape_has_no_login(text):
    assert failure(configFileContent=text) == (
        "docker registryAuth registry.example:5000: configFileContent has no login for it; give username and password"
    )


@pytest.mark.parametrize("auth", ["s3cret!", "/w=="])
def test_a_login_that_is_not_base64_text_does_not_show(auth):
    assert failure(configFileContent=config(auths={"registry.example:5000": {"auth": auth}})) == (
        "docker registryAuth registry.example:5000: configFileContent has a login that is not base64 of"
        " user:password; give username and password"
    )


@pytest.mark.parametrize(
    "known", [{"credHelpers": {"registry.example:5000": "pass"}}, {"auths": {}, "credsStore": "pass"}]
)
def test_credential_helpers_are_refused(known):
    assert failure(configFileContent=config(**known)) == (
        "docker registryAuth registry.example:5000: configFileContent uses the credential helper 'pass', which is not"
        " supported; give username and password"
    )


@pytest.mark.parametrize(
    ("image", "registry"),
    [
        ("debian", "registry-1.docker.io"),
        ("debian:trixie", "registry-1.docker.io"),
        ("library/debian", "registry-1.docker.io"),
        ("registry.example/hft/engine", "registry.example"),
        ("registry.example:5000/engine:1", "registry.example:5000"),
        ("localhost/engine", "localhost"),
        ("host:5000/engine@sha256:00", "host:5000"),
    ],
)
def test_the_registry_of_an_image(image, registry):
    assert registry_of(image) == registry


def test_an_image_of_another_registry_gets_no_credentials():
    known = credentials([{"address": "registry.example", "username": "bot", "password": "s3cret"}])
    assert for_image("registry.example/engine", known) == known["registry.example"]
    assert for_image("other.example/engine", known) is None
    assert for_image("debian", known) is None


def test_an_address_without_scheme_and_path():
    assert hostname("https://registry.example:5000/v2/") == "registry.example:5000"
