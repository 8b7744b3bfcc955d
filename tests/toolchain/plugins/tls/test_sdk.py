"""The tables against the installed SDK, whose classes are generated from the published schema.

What this does not prove: which changes replace, which the schema does not tell; those are tested beside.
"""

import inspect
import re

import pulumi_tls as sdk
import pytest

from tests.toolchain.plugins.conftest import Plugin
from toolchain.plugins.framework import Property
from toolchain.plugins.tls.cert_request import CertRequest
from toolchain.plugins.tls.locally_signed_cert import LocallySignedCert
from toolchain.plugins.tls.plugin import CONFIGURATION
from toolchain.plugins.tls.private_key import PrivateKey
from toolchain.plugins.tls.self_signed_cert import SelfSignedCert

RESOURCES = [PrivateKey, CertRequest, SelfSignedCert, LocallySignedCert]
KINDS = {"string": "str", "integer": "int", "boolean": "bool", "list": "Sequence", "object": "Subject"}


def camel(name: str) -> str:
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


def arguments(kind: type) -> dict[str, inspect.Parameter]:
    given = inspect.signature(kind.__init__).parameters
    return {camel(name): shape for name, shape in given.items() if shape.kind is shape.KEYWORD_ONLY}


def declared(shape: Property) -> str:
    return KINDS[shape.kind]


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.__name__)
def test_inputs_are_the_sdk_s(resource):
    known = arguments(getattr(sdk, f"{resource.__name__}Args"))
    assert sorted(resource.inputs) == sorted(known)
    for name, shape in resource.inputs.items():
        assert shape.required == (known[name].default is inspect.Parameter.empty), name
        assert KINDS[shape.kind] in str(known[name].annotation), name


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.__name__)
def test_outputs_are_the_sdk_s(resource):
    known = {camel(n) for n, v in vars(getattr(sdk, resource.__name__)).items() if isinstance(v, property)}
    assert sorted(resource.table()) == sorted(known)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.__name__)
def test_secrets_are_the_sdk_s(resource):
    source = inspect.getsource(getattr(sdk, resource.__name__))
    listed = re.findall(r"additional_secret_outputs=\[([^\]]*)\]", source)[0]
    assert sorted(n for n, shape in resource.table().items() if shape.secret) == sorted(re.findall(r'"(\w+)"', listed))


@pytest.mark.parametrize("resource", [CertRequest, SelfSignedCert])
def test_the_parts_of_a_subject_are_the_sdk_s(resource):
    known = arguments(getattr(sdk, f"{resource.__name__}SubjectArgs"))
    assert sorted(resource.inputs["subject"].fields) == sorted(known)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda r: r.__name__)
def test_every_change_but_of_the_early_renewal_replaces(resource):
    kept = [name for name, shape in resource.inputs.items() if not shape.replaces]
    assert kept == ([] if "earlyRenewalHours" not in resource.inputs else ["earlyRenewalHours"])


def test_the_configuration_is_the_sdk_s():
    assert sorted(CONFIGURATION) == sorted(arguments(sdk.ProviderArgs))


async def test_a_proxy_is_refused(plugin: Plugin):
    assert await plugin.check_config(proxy={}) == [
        (
            "proxy",
            "property proxy is not supported by this stand-in provider: only getCertificate uses it, which is left out",
        )
    ]
