import pytest

from tests.toolchain.plugins.conftest import configuration_disagreements, disagreements, published
from toolchain.plugins.postgresql.databases import Database
from toolchain.plugins.postgresql.default_privileges import DefaultPrivileges
from toolchain.plugins.postgresql.extensions import Extension
from toolchain.plugins.postgresql.grant_roles import GrantRole
from toolchain.plugins.postgresql.grants import Grant
from toolchain.plugins.postgresql.roles import Role
from toolchain.plugins.postgresql.schemas import Schema
from toolchain.plugins.postgresql.settings import CONFIGURATION

RESOURCES = [Role, Database, Schema, Extension, Grant, DefaultPrivileges, GrantRole]


@pytest.mark.parametrize("resource", RESOURCES)
def test_tables_agree_with_the_published_schema(resource):
    assert disagreements(resource, published("postgresql")) == []


def test_configuration_agrees_with_the_published_schema():
    assert configuration_disagreements(CONFIGURATION, published("postgresql")) == []
