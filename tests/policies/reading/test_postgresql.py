import base64
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pulumi_policy.proxy import UnknownValueError

from policies.pack.resource import Resource, Stack
from policies.reading.postgresql import Access, Node, Server, is_true, milliseconds, servers
from policies.resources import Container
from tests.policies.given import DATABASE, ENGINE, UNKNOWN, container, resource

GOLDEN = Path(__file__).parents[2] / "golden" / "prod" / "files"
COMPONENT = "hft:database:TimescaleCluster$"
FSYNC_OFF = {"postgresql": {"parameters": {"fsync": "off"}}}
FSYNC_ON = {"postgresql": {"parameters": {"fsync": "on"}}}


def node(*files: tuple[str, Any], **changes: Any) -> Node:
    return Node(container(DATABASE, uploads=uploads(*files), **changes))


def uploads(*files: tuple[str, Any]) -> list[dict[str, Any]]:
    """Files by name; what is no text becomes JSON, which is YAML too."""
    return [{"file": file, "content": each if isinstance(each, str) else json.dumps(each)} for file, each in files]


def member(
    name: str, *files: tuple[str, Any], parent: str = "tsdb", parents: str = COMPONENT, **changes: Any
) -> Resource:
    given = {**DATABASE, "name": name, "uploads": uploads(*files), **changes}
    return resource(Container.TYPE, given, name=name, parent=parent, parents=parents)


def job(name: str, *files: tuple[str, Any], **changes: Any) -> Resource:
    return member(name, *files, image="sha256:1", mustRun=False, **changes)


def clusters(*resources: Resource) -> Sequence[Server]:
    return servers(Stack(resources))


def hba(*lines: str) -> list[Access]:
    return list(node(("/etc/pg_hba.conf", "\n".join(lines))).access)


@pytest.mark.parametrize("text", ["on", "ON", "true", "True", "t", "tr", "yes", "y", "1"])
def test_what_is_on(text: str) -> None:
    assert is_true(text)


@pytest.mark.parametrize("text", ["off", "false", "no", "0", "", "o", "truely", "yess", "rue", "11", "on1"])
def test_what_is_not(text: str) -> None:
    assert not is_true(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100", 100.0),
        ("-1", -1.0),
        ("2500us", 2.5),
        ("7ms", 7.0),
        ("1.5s", 1500.0),
        (" 2 min ", 120_000.0),
        ("1h", 3_600_000.0),
        ("1d", 86_400_000.0),
        ("1m", None),
        ("1S", None),
        ("s", None),
        ("", None),
        ("x1s", None),
        ("1sx", None),
        ("1.s", None),
    ],
)
def test_times(text: str, expected: float | None) -> None:
    assert milliseconds(text) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("fsync = off", {"fsync": "off"}),
        ("fsync=off", {"fsync": "off"}),
        ("  fsync off", {"fsync": "off"}),
        ("fsync\t=\toff # why", {"fsync": "off"}),
        ("fsync = off#why", {"fsync": "off"}),
        ("FSYNC = Off", {"fsync": "Off"}),
        ("pgaudit.log = 'ddl, role'", {"pgaudit.log": "ddl, role"}),
        ("archive_command = 'echo ''%p'''", {"archive_command": "echo '%p'"}),
        ("archive_command = '# %p' # why", {"archive_command": "# %p"}),
        ("archive_command = ''", {"archive_command": ""}),
        ("archive_command = ' '", {"archive_command": ""}),
        ("#fsync = off", {}),
        ("# fsync = off", {}),
        ("fsync", {}),
        ("fsync =", {}),
        ("", {}),
        ("fsync = on\nfsync = off", {"fsync": "off"}),
        ("[fsync] off", {}),
    ],
)
def test_lines_of_postgresql_conf(line: str, expected: dict[str, str]) -> None:
    assert node(("/etc/postgresql.conf", line)).parameters == expected


@pytest.mark.parametrize("file", ["/x/postgresql.conf", "/x/postgresql.auto.conf", "/x/postgresql-1.conf"])
def test_files_that_are_postgresql_conf(file: str) -> None:
    assert node((file, "fsync = off")).parameters == {"fsync": "off"}


@pytest.mark.parametrize("file", ["/x/my-postgresql.conf", "/x/postgresql.conf.d", "/x/postgresql/a.conf"])
def test_files_that_are_not(file: str) -> None:
    assert node((file, "fsync = off")).parameters == {}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["postgres", "-c", "fsync=off"], {"fsync": "off"}),
        (["postgres", "-cfsync=off"], {"fsync": "off"}),
        (["postgres", "--fsync=off"], {"fsync": "off"}),
        (["postgres", "--FULL-page-writes=off"], {"full_page_writes": "off"}),
        (["postgres", "-c", "pgaudit.log=a=b"], {"pgaudit.log": "a=b"}),
        (["postgres", "-F", "-l"], {"fsync": "off", "ssl": "on"}),
        (["postgres", "-c", "fsync=on", "-c", "fsync=off"], {"fsync": "off"}),
        (["postgres", "-F", "-c", "fsync=on"], {"fsync": "on"}),
        (["postgres", "fsync=off", "-c"], {}),
        (["postgres", "-c", "fsync"], {}),
        (["postgres", "-d", "fsync=off"], {}),
        (["postgres", "--fsync"], {}),
        ([], {}),
    ],
)
def test_arguments(command: list[str], expected: dict[str, str]) -> None:
    assert node(command=command).parameters == expected


def test_arguments_of_the_entrypoint_come_first() -> None:
    given = node(entrypoints=["postgres", "-c", "fsync=on", "-c"], command=["fsync=off", "--ssl=on"])

    assert given.parameters == {"fsync": "off", "ssl": "on"}


def test_what_patroni_says() -> None:
    parameters = {
        "Fsync": False,
        "ssl": True,
        "max_connections": 100,
        "jit": "off",
        "checkpoint_completion_target": 0.9,
        "archive_command": None,
        "wal_level": ["replica"],
    }
    given = node(
        ("/etc/patroni.yml", {"postgresql": {"listen": "10.0.0.1:5432", "data_dir": "/data", "parameters": parameters}})
    )

    assert given.parameters == {
        "fsync": "off",
        "ssl": "on",
        "max_connections": "100",
        "jit": "off",
        "checkpoint_completion_target": "0.9",
        "listen_addresses": "10.0.0.1",
        "data_directory": "/data",
    }


@pytest.mark.parametrize(
    ("listen", "expected"),
    [("10.0.0.1:5432", "10.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("[::]:5432", "[::]"), ("*:5432", "*"), ("a,b:1", "a,b")],
)
def test_where_patroni_listens(listen: str, expected: str) -> None:
    given = {"listen": listen, "parameters": {"listen_addresses": "ignored"}}

    assert node(("/etc/patroni.yml", {"postgresql": given})).parameter("listen_addresses", "") == expected


def test_yaml_says_off_without_quotes() -> None:
    text = "postgresql:\n  parameters:\n    fsync: off\n    jit: 'off'\n"

    assert node(("/etc/patroni.yaml", text)).parameters == {"fsync": "off", "jit": "off"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text",
        "- a",
        "a: [",
        "!!bool x",
        "!!int",
        "!!timestamp x",
        "!!python/object:os.system x",
        "[" * 5_000,
        "- " * 5_000,
        "\x00",
        "postgresql:",
        "postgresql: text",
        "postgresql: [a]",
        "postgresql: {parameters: text}",
        "postgresql: {parameters: [a]}",
        "postgresql: {pg_hba: text, parameters: {}}",
        "postgresql: {pg_hba: [1, {a: b}, null]}",
        "bootstrap: text",
        "bootstrap: {dcs: text, initdb: text}",
        "bootstrap: {initdb: [1, {encoding: UTF8}]}",
        "&a [*a]",
        "postgresql: &a {postgresql: *a}",
    ],
)
@pytest.mark.parametrize("file", ["/etc/patroni.yml", "/etc/patroni.json"])
def test_files_that_say_nothing(file: str, text: str) -> None:
    given = container(DATABASE, uploads=uploads(("/etc/postgresql.conf", ""), (file, text)))
    (server,) = clusters(given)
    (read,) = server.nodes

    assert (read.parameters, read.access, read.initdb, server.dynamic, server.by_patroni) == ({}, [], [], {}, False)


def test_a_file_that_is_json_by_name() -> None:
    assert node(("/etc/patroni.json", "postgresql: {parameters: {fsync: off}}")).parameters == {}
    assert node(("/etc/patroni.json", FSYNC_OFF)).parameters == {"fsync": "off"}


def test_a_file_that_is_not_known() -> None:
    with pytest.raises(UnknownValueError):
        _ = node(("/etc/patroni.yml", UNKNOWN)).parameters
    with pytest.raises(UnknownValueError):
        _ = node(("/etc/pg_hba.conf", UNKNOWN)).access


def test_files_of_another_kind_are_not_read() -> None:
    assert node(("/etc/ca.crt", UNKNOWN), ("/etc/patroni.yml", FSYNC_OFF)).parameters == {"fsync": "off"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (base64.b64encode(json.dumps(FSYNC_OFF).encode()).decode(), {"fsync": "off"}),
        ("a", {}),
        ("ä", {}),
        (base64.b64encode(b"\xff").decode(), {}),
        ("", {}),
    ],
)
def test_files_in_base64(content: str, expected: dict[str, str]) -> None:
    given = [{"file": "/etc/patroni.yml", "contentBase64": content}]

    assert Node(container(DATABASE, uploads=given)).parameters == expected


def test_what_is_said_nearer_to_the_server_holds() -> None:
    dynamic = {
        "postgresql": {"parameters": {"a": "dynamic", "b": "dynamic", "c": "dynamic", "d": "dynamic", "e": "dynamic"}}
    }
    beside = container(ENGINE, uploads=uploads(("/etc/postgresql.conf", "b=beside\nc=beside\nd=beside\ne=beside")))
    own = container(
        DATABASE,
        uploads=uploads(
            ("/etc/patroni.yml", {"postgresql": {"parameters": {"d": "patroni", "e": "patroni"}}}),
            ("/etc/postgresql.conf", "c=own\nd=own\ne=own"),
        ),
        command=["postgres", "--e=argument"],
    )

    assert Node(own, [beside], dynamic).parameters == {
        "a": "dynamic",
        "b": "beside",
        "c": "own",
        "d": "patroni",
        "e": "argument",
    }


def test_files_hold_in_the_order_of_their_names() -> None:
    late, early = ("/etc/patroni/20-b.yml", FSYNC_OFF), ("/etc/patroni/10-a.yml", FSYNC_ON)

    assert node(late, early).parameters == node(early, late).parameters == {"fsync": "off"}


def test_words_are_read_in_any_case() -> None:
    given = node(command=["--log_statement=ALL", '--pgaudit.log= DDL,"Role" ', "--ssl=TRUE", "--fsync=off"])

    assert given.word("log_statement", "none") == "all"
    assert given.word("wal_level", "Replica") == "replica"
    assert given.words("pgaudit.log") == ["ddl", "role"]
    assert given.words("shared_preload_libraries") == [""]
    assert given.is_on("ssl", default=False)
    assert given.is_on("full_page_writes", default=True)
    assert not given.is_on("fsync", default=True)
    assert not given.is_on("archive_mode", default=False)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("local all postgres peer", Access("local", "all", "postgres", "", "peer")),
        ("host all all 10.0.0.0/8 md5", Access("host", "all", "all", "10.0.0.0/8", "md5")),
        ("  hostssl\tall  all all   cert  # why", Access("hostssl", "all", "all", "all", "cert")),
        ("host all all 10.0.0.0 255.0.0.0 md5", Access("host", "all", "all", "10.0.0.0/8", "md5")),
        ("host all all fd00:: ffff:: md5 map=a", Access("host", "all", "all", "fd00::/16", "md5")),
        ("host all all db.internal ldap ldapbindpasswd=x", Access("host", "all", "all", "db.internal", "ldap")),
        ("local all all md5 map=a", Access("local", "all", "all", "", "md5")),
        ('host "hft", other a,  b all md5', Access("host", "hft,other", "a,b", "all", "md5")),
        *(
            (f"{kind} a b c d", Access(kind, "a", "b", "c", "d"))
            for kind in ("hostnossl", "hostgssenc", "hostnogssenc")
        ),
    ],
)
def test_lines_of_pg_hba_conf(line: str, expected: Access) -> None:
    assert hba(line) == [expected]


@pytest.mark.parametrize(
    "line",
    ["", "# host all all all md5", "local all all", "host all all all", "include other.conf", "ssl a b c d", "host"],
)
def test_lines_that_let_nobody_in(line: str) -> None:
    assert hba(line) == []


def test_a_line_as_it_is_shown() -> None:
    lines = hba("local all a,b peer", "host all,hft all 10.0.0.0 255.0.0.0 ldap ldapbindpasswd=hunter22")

    assert [str(each) for each in lines] == ["local all a,b peer", "host all,hft all 10.0.0.0/8 ldap"]
    assert [each.remote for each in lines] == [False, True]
    assert [each.users for each in lines] == [["a", "b"], ["all"]]
    assert [each.databases for each in lines] == [["all"], ["all", "hft"]]


def line(number: int) -> str:
    return f"host all all 10.0.0.{number} md5"


def test_lines_that_are_in_force() -> None:
    beside = container(ENGINE, uploads=uploads(("/etc/pg_hba.conf", line(3))))
    dynamic = {"postgresql": {"pg_hba": [line(4)]}}
    tree: dict[str, Any] = {"postgresql": {"pg_hba": [line(1)]}, "bootstrap": {"pg_hba": [line(5)]}}
    without = {"bootstrap": tree["bootstrap"]}
    file, patroni, bootstrap = ("/etc/pg_hba.conf", line(2)), ("/etc/patroni.yml", tree), ("/etc/patroni.yml", without)
    envs = ["POSTGRES_HOST_AUTH_METHOD=trust"]

    def addresses(*files: tuple[str, Any], beside: Any = (), dynamic: Any = None) -> list[str]:
        read = Node(container(DATABASE, uploads=uploads(*files), envs=envs), beside, dynamic)
        return [f"{each.address} {each.method}" for each in read.access]

    assert addresses(patroni, file, beside=[beside], dynamic=dynamic) == ["10.0.0.1 md5"]
    assert addresses(bootstrap, file, beside=[beside], dynamic=dynamic) == ["10.0.0.2 md5"]
    assert addresses(bootstrap, beside=[beside], dynamic=dynamic) == ["10.0.0.3 md5"]
    assert addresses(bootstrap, dynamic=dynamic) == ["10.0.0.4 md5"]
    assert addresses(bootstrap) == ["10.0.0.5 md5"]
    assert addresses() == ["all trust"]


def test_the_last_file_of_patroni_says_who_may_come() -> None:
    files = [(f"/etc/patroni/{number}.yml", {"postgresql": {"pg_hba": [line(number)]}}) for number in (1, 2)]

    assert [each.address for each in node(*files).access] == ["10.0.0.2", "10.0.0.1"]


@pytest.mark.parametrize("envs", [[], ["POSTGRES_HOST_AUTH_METHOD="], ["OTHER=trust"], None])
def test_nothing_says_who_may_come(envs: list[str] | None) -> None:
    assert node(envs=envs).access == []


def test_options_of_initdb() -> None:
    tree = {"bootstrap": {"initdb": ["data-checksums", {"encoding": "UTF8"}]}}
    given = node(("/etc/patroni.yml", tree), envs=["POSTGRES_INITDB_ARGS=-k --no-sync"])

    assert given.initdb == ["data-checksums", "-k", "--no-sync"]
    assert node(("/etc/patroni.yml", {"bootstrap": {"initdb": {"data-checksums": True}}})).initdb == []
    assert node(envs=["POSTGRES_INITDB_ARGS"]).initdb == node(envs=["MY_POSTGRES_INITDB_ARGS=-k"]).initdb == []


def test_where_the_data_is() -> None:
    patroni = ("/etc/patroni.yml", {"postgresql": {"data_dir": "/patroni"}})

    assert node(patroni, envs=["PGDATA=/env"]).data_folder == "/patroni"
    assert node(("/etc/postgresql.conf", "data_directory = '/conf'")).data_folder == "/conf"
    assert node(envs=["PGDATA=/env=1"]).data_folder == "/env=1"
    assert node(envs=None).data_folder == ""


def names(server: Server) -> list[str]:
    return [each.name for each in server.containers]


def test_the_nodes_of_a_component_are_one_cluster() -> None:
    patroni = ("/etc/patroni.yml", {"scope": "hft"})
    found = clusters(
        member("a", patroni),
        job("b"),
        member("c", patroni),
        member("d", patroni, parent="other"),
        member("e", image="sha256:1"),
    )

    assert [names(each) for each in found] == [["a", "c"], ["d"]]
    assert [[beside.name for beside in each.beside] for each in found] == [["b", "e"], []]
    assert [each.at.name for each in found] == ["a", "d"]


def test_the_clusters_of_a_stack_are_read_once_for_all_rules() -> None:
    stack = Stack([member("a", ("/etc/patroni.yml", {}))])

    assert servers(stack) is servers(stack)
    assert servers(stack)[0].nodes is servers(stack)[0].nodes


def test_the_nodes_of_a_scope_are_one_cluster_outside_of_components() -> None:
    found = clusters(
        *(
            member(name, ("/etc/patroni.yml", {"scope": scope} if scope else {}), parent="stack", parents="")
            for name, scope in {"a": "one", "b": "two", "c": "one", "d": None, "e": None}.items()
        ),
        job("f", parent="stack", parents=""),
    )

    assert [names(each) for each in found] == [["a", "c"], ["b"], ["d"], ["e"]]
    assert [each.beside for each in found] == [[], [], [], []]


def test_a_server_that_runs_once_is_a_job() -> None:
    assert clusters(member("a", ("/etc/patroni.yml", {}), mustRun=False)) == []
    assert clusters(member("a", mustRun=False, command=UNKNOWN)) == []


def test_the_members_of_a_component_are_known_before_their_files() -> None:
    assert [names(each) for each in clusters(member("a", ("/etc/patroni.yml", UNKNOWN)))] == [["a"]]


@pytest.mark.parametrize(("tree", "expected"), [({"scope": "hft"}, True), ({"postgresql": {"scope": "hft"}}, False)])
def test_whether_patroni_runs_it(tree: Any, expected: bool) -> None:
    (server,) = clusters(member("a", ("/etc/patroni.yml", {})), member("b", ("/etc/patroni.yml", tree)))

    assert server.by_patroni is expected


@pytest.mark.parametrize("key", ["loop_wait", "synchronous_mode"])
def test_a_job_says_what_all_nodes_share(key: str) -> None:
    first = {"scope": "hft", "bootstrap": {"dcs": {"ttl": 30, "maximum_lag_on_failover": 0}}}
    (server,) = clusters(
        job("shared", ("/etc/shared.json", {key: 1, "ttl": 20, **FSYNC_OFF})),
        job("guard", ("/etc/guard.json", {"ttl": 1, "postgresql": "10.0.0.1"})),
        member("a", ("/etc/patroni.yml", first)),
        member("b", ("/etc/patroni.yml", {"scope": "hft"})),
    )

    assert server.dynamic == {key: 1, "ttl": 20, "maximum_lag_on_failover": 0, **FSYNC_OFF}
    assert [each.parameters for each in server.nodes] == [{"fsync": "off"}, {"fsync": "off"}]


def test_a_job_has_the_file_of_each_node() -> None:
    (server,) = clusters(job("shared", ("/etc/postgresql.conf", "fsync = off")), member("a", ("/etc/patroni.yml", {})))

    assert server.nodes[0].parameters == {"fsync": "off"}


def test_our_own_cluster() -> None:
    def read(name: str) -> list[tuple[str, Any]]:
        root = GOLDEN / name
        return [(f"/{file.relative_to(root)}", file.read_text()) for file in root.rglob("*") if file.is_file()]

    (server,) = clusters(
        job("shared", *read("tsdb-shared")), *(member(f"tsdb-{i}", *read(f"tsdb-node-{i}")) for i in range(3))
    )

    assert server.by_patroni
    assert server.dynamic["synchronous_mode"] == "quorum"
    for number, each in enumerate(server.nodes):
        assert each.parameter("listen_addresses", "") == f"10.20.0.1{number + 1}"
        assert each.word("archive_mode", "off") == "on"
        assert each.parameter("max_slot_wal_keep_size", "") == "32768MB"
        assert each.is_on("ssl", default=False)
        assert str(each.access[1]) == "host all postgres all reject"
        assert each.initdb == ["data-checksums"]
        assert each.data_folder == "/var/lib/hft/data/pg17"
