import ssl
from dataclasses import replace
from pathlib import Path

from components._common.endpoint import DatabaseMember
from ops.doctor.collect import cluster, targets, watch
from ops.doctor.facts import Sample, Target, Watch
from ops.doctor.plan import PlannedTarget
from tests.components.authority import Authority
from tests.ops.doctor.collect.servers import free_address, pages, plan
from tests.workloads.parts import own

OURS, STRANGER = Authority(), Authority("stranger")


def planned(address: str, *, tls: bool = False, path: str = "/metrics") -> PlannedTarget:
    return PlannedTarget(job="postgres", instance="tsdb-0", address=address, path=path, tls=tls, part="local/one")


def serving(folder: Path) -> ssl.SSLContext:
    files = own(folder, OURS.server_files("127.0.0.1"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate_file, files.key_file)
    return context


def asked(target: PlannedTarget, authority: str = "") -> Target:
    [found] = targets.look(plan(targets=(target,), authority=authority))
    assert (found.job, found.instance, found.address, found.part) == ("postgres", "tsdb-0", target.address, "local/one")
    return found


def test_a_target_that_answers_tells_its_samples() -> None:
    with pages({"/metrics": "pg_up 1\nother 2\n"}) as address:
        found = asked(planned(address))

    assert (found.problem, found.samples) == ("", (Sample(name="pg_up", labels={}, value=1.0),))


def test_a_target_that_does_not_listen_is_a_fact() -> None:
    assert asked(planned(free_address())).problem == "Connection refused"


def test_a_target_where_nothing_has_to_answer_is_a_fact_only_where_something_does() -> None:
    nobody = replace(planned(free_address()), expected=False)
    with pages({"/metrics": "hft_leader 1\n"}) as address:
        somebody = replace(planned(address), expected=False)

        assert [each.address for each in targets.look(plan(targets=(nobody, somebody)))] == [address]


def test_a_target_that_answers_an_error_is_a_fact() -> None:
    with pages({}) as address:
        assert asked(planned(address)).problem == "HTTP status 404"


def test_a_target_with_tls_is_asked_by_the_stacks_authority(tmp_path: Path) -> None:
    with pages({"/metrics": "pg_up 1\n"}, serving(tmp_path)) as address:
        assert asked(planned(address, tls=True), OURS.pem).problem == ""
        assert "certificate verify failed" in asked(planned(address, tls=True), STRANGER.pem).problem


def test_prometheus_and_alertmanager_tell_what_they_know() -> None:
    silent = free_address()
    alerts = '{"data": {"alerts": [{"labels": {"alertname": "EngineDown"}, "state": "firing"}]}}'
    texts = {"/api/v1/alerts": alerts, "/api/v1/targets": '{"data": {"activeTargets": []}}'}
    with pages(texts) as address:
        found = watch.look(plan(targets=(
            job("prometheus", address), job("prometheus", silent), job("alertmanager", silent),
        )))  # fmt: skip

    assert [each.name for each in found.alerts] == ["EngineDown"]
    assert found.problems == (
        f"Prometheus at http://{silent}: Connection refused",
        f"Alertmanager at http://{silent}: Connection refused",
    )
    assert found.asked


def test_without_an_answer_nothing_is_known_of_alerts() -> None:
    assert watch.look(plan()) == Watch(asked=False)


def test_a_prometheus_that_answers_nonsense_is_a_fact() -> None:
    with pages({"/api/v1/alerts": "{}"}) as address:
        assert watch.look(plan(targets=(job("prometheus", address),))).problems == (
            f"Prometheus at http://{address}: 'data'",
        )


def test_the_first_patroni_that_answers_tells_of_the_cluster(tmp_path: Path) -> None:
    texts = {"/cluster": '{"members": []}', "/config": '{"synchronous_mode": "quorum"}', "/history": "[]"}
    with pages(texts, serving(tmp_path)) as address:
        members = (_member("tsdb-0", free_address()), _member("tsdb-1", address))
        found = cluster.look(plan(members=members, authority=OURS.pem))

    assert (found.problem, found.synchronous, found.failovers) == ("", True, ())


def test_patronis_that_do_not_answer_are_named() -> None:
    members = (_member("tsdb-0", free_address()), _member("tsdb-1", free_address()))

    assert cluster.look(plan(members=members)).problem == "tsdb-0: Connection refused; tsdb-1: Connection refused"
    assert cluster.look(plan()).problem == "the stack has no database"


def job(job: str, address: str) -> PlannedTarget:
    return PlannedTarget(job=job, instance=f"{job}-0", address=address, path="/metrics", tls=False, part="")


def _member(name: str, address: str) -> DatabaseMember:
    host, _, port = address.rpartition(":")
    return DatabaseMember(name=name, address=host, postgres_port=1, patroni_port=int(port))
