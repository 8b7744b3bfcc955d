import re
from typing import Any

import pytest

from policies.resources import Container
from tests.policies.given import BY_NAME, SERVICE, UNKNOWN, container, found

RULE = "cache-for-reference-data"
OPEN = (
    "has no access list, so prices and orders can be put behind it; upload an aclfile whose users have the keys ~ref:*"
)
READER = "user reader on #00 %R~ref:* +@read"


def cache(*users: str, **changes: Any) -> Container:
    """A cache with an access list of these lines."""
    files = [
        {"file": "/etc/hft/valkey.conf", "content": "port 6379\naclfile /etc/hft/users.acl\n"},
        {"file": "/etc/hft/users.acl", "content": "".join(f"{user}\n" for user in users)},
    ]
    return container(SERVICE, **{"command": ["/etc/hft/valkey.conf"], "uploads": files, **changes})


def may_use(user: str, keys: str, reference: str = "ref:*") -> str:
    return f"user {user} may use the keys ~{keys}: only {reference} is reference data; narrow it"


@pytest.mark.parametrize(
    "image",
    [
        *(
            "redis",
            "redis:7-alpine",
            "valkey/valkey:8",
            "eqalpha/keydb",
            "dragonflydb/dragonfly@sha256:00",
            "memcached",
        ),
        *("redis/redis-stack:7", "redis/redis-stack-server", "valkey/valkey-bundle:8", "bitnami/redis-cluster:7"),
        *("registry.example:5000/valkey-server",),
    ],
)
def test_a_cache_by_its_image(image: str) -> None:
    assert found(RULE, container(SERVICE, image=image)) == [OPEN]


@pytest.mark.parametrize(
    "image",
    [
        *("oliver006/redis_exporter:v1", "redis-exporter", "redis/redisinsight", "my-redis", "redisx", "redis/tools"),
        *("rediscommander/redis-commander", "hiredis:1", "", "valkeyed"),
    ],
)
def test_an_image_that_only_sounds_like_one(image: str) -> None:
    assert found(RULE, container(SERVICE, image=image)) == []


@pytest.mark.parametrize("argument", ["command", "entrypoints"])
@pytest.mark.parametrize(
    "program", ["redis-server", "/usr/bin/valkey-server", "keydb-server", "dragonfly", "/usr/bin/memcached"]
)
def test_a_cache_by_its_program(argument: str, program: str) -> None:
    assert found(RULE, container(SERVICE, **{argument: [program, "--port", "6379"]})) == [OPEN]


@pytest.mark.parametrize("program", ["redis", "redis-cli", "valkey-server-exporter", "my-redis-server", "dragonflyctl"])
def test_a_program_that_only_sounds_like_one(program: str) -> None:
    assert found(RULE, container(SERVICE, command=[program, "redis-server"], entrypoints=[program, "memcached"])) == []


@pytest.mark.parametrize("name", ["redis", "valkey", "keydb", "dragonfly", "memcached", "redis-0", "valkey_ref"])
def test_a_cache_by_its_configuration(name: str) -> None:
    uploads = [{"file": f"/etc/hft/{name}.conf", "content": ""}]

    assert found(RULE, container(SERVICE, uploads=uploads)) == [OPEN]


@pytest.mark.parametrize("file", ["/etc/hft/redis.yml", "/etc/redis/tls/x.conf", "/etc/my-redis.conf", "/redis.conf.d"])
def test_a_file_that_only_sounds_like_one(file: str) -> None:
    assert found(RULE, container(SERVICE, uploads=[{"file": file, "content": ""}])) == []


def test_an_engine_may_be_no_such_cache_either() -> None:
    assert found(RULE, container(image="redis:7")) == [OPEN]


def test_a_job_is_no_cache() -> None:
    assert found(RULE, container(SERVICE, image="redis:7", mustRun=False)) == []


def test_reference_data_may_be_behind_it() -> None:
    users = [
        "user default reset on nopass +ping",
        "user ref-writer reset on #00 ~ref:* +@read +@write",
        "  user ref-reader on #00 %R~ref:instruments:* +@read",
        READER,
    ]

    assert found(RULE, cache(*users)) == []


@pytest.mark.parametrize(
    ("rule", "keys"),
    [
        *(("~*", "*"), ("allkeys", "*"), ("AllKeys", "*"), ("~price:*", "price:*"), ("~ref*", "ref*"), ("~re", "re")),
        *(("%R~book:*", "book:*"), ("%W~order:*", "order:*"), ("%RW~x", "x"), ("%r~x", "x")),
        *(("(~cache:* +get)", "cache:*"), ("(+get allkeys)", "*"), ("(%R~a", "a"), ("~FX", "FX")),
    ],
)
def test_nothing_else_may(rule: str, keys: str) -> None:
    assert found(RULE, cache(READER, f"user feed on #00 ~ref:* {rule} +@all")) == [may_use("feed", keys)]


@pytest.mark.parametrize("rule", [">pass~word", "&chat~x", "+@all", "resetkeys", "nopass"])
def test_a_rule_that_gives_no_keys(rule: str) -> None:
    assert found(RULE, cache(f"user feed on {rule} ~ref:*")) == []


def test_every_user_and_pattern_is_told() -> None:
    assert found(RULE, cache("user a on ~x ~y", "user b on ~ref:z", "user c on ~z")) == [
        may_use("a", "x"),
        may_use("a", "y"),
        may_use("c", "z"),
    ]


@pytest.mark.parametrize("rules", ["off nopass ~* +@all", "on ~* off", "OFF allkeys"])
def test_who_is_switched_off_may_nothing(rules: str) -> None:
    assert found(RULE, cache(READER, f"user default {rules}")) == []


@pytest.mark.parametrize("rules", ["off ~* on", "~*", "off ~* ON"])
def test_who_is_switched_on_again_may(rules: str) -> None:
    assert found(RULE, cache(READER, f"user default {rules}")) == [may_use("default", "*")]


@pytest.mark.parametrize("line", ["user", "# user feed on ~*", "users feed on ~*", "", "acl user x"])
def test_a_line_that_names_no_user(line: str) -> None:
    assert found(RULE, cache(READER, line)) == []
    assert found(RULE, cache(line)) == [OPEN]


@pytest.mark.parametrize("line", ["user feed", "user allkeys on ~ref:*", "user ~x on ~ref:*"])
def test_a_name_is_no_rule(line: str) -> None:
    assert found(RULE, cache(line)) == []


def test_a_file_without_text() -> None:
    uploads = [{"file": "/etc/valkey.conf", "source": "valkey.conf"}]

    assert found(RULE, container(SERVICE, uploads=uploads)) == [OPEN]


def test_other_keys_may_be_reference_data() -> None:
    users = ["user a on ~static:*", "user b on ~ref:*"]

    assert found(RULE, cache(*users), reference_keys="static:*") == [may_use("b", "ref:*", "static:*")]
    assert found(RULE, container(SERVICE, image="redis"), reference_keys="static:*") == [
        OPEN.replace("ref:*", "static:*")
    ]


def test_keys_that_begin_nearly_as_reference_data() -> None:
    assert found(RULE, cache("user a on ~FX:EURUSD ~FUTURES:*"), reference_keys="FX*") == [
        may_use("a", "FUTURES:*", "FX*")
    ]


def test_every_key_cannot_be_reference_data() -> None:
    schema = BY_NAME[RULE].numbers["reference_keys"]
    texts = ("ref:*", "ref", "*", "**", "?*", "[a-z]*", "\\*", "", "ref:*x")

    assert schema["type"] == "string"
    assert [text for text in texts if re.search(schema["pattern"], text)] == ["ref:*", "ref"]


def test_arguments_that_are_not_known_make_no_cache() -> None:
    assert found(RULE, container(SERVICE, entrypoints=["sh", UNKNOWN], command=["x", UNKNOWN])) == []


def test_a_program_that_is_not_known_may_be_a_cache() -> None:
    assert found(RULE, container(SERVICE, command=[UNKNOWN])) == [
        "command is not known at preview; it is judged at `up`, before it is made"
    ]
