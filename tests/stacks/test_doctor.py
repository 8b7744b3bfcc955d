"""`hft doctor` and `hft timeline` on a twin of the `dev` stack: real faults, one by one, each undone.

What this machine itself lacks, such as a clock that is set, is told in each look and not judged here.
"""

import json
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docker import DockerClient
from pulumi import automation as auto

from ops.doctor import bundle
from ops.doctor.causes import CAUSES
from ops.doctor.look import look
from ops.doctor.plan import Plan, plan
from ops.doctor.rank import Verdict, diagnose
from ops.doctor.redact import secret_values
from ops.workspace import Workspace
from tests.stacks.faults import Fault, faults
from tests.stacks.twin import NAME, Twin, prepared, settings

pytestmark = [pytest.mark.engine, pytest.mark.timeout(400)]

_OF_THE_MACHINE = ("clock-not-set", "cpus-short", "disk-full", "memory-low")
_SHOWS_SECONDS, _HEALS_SECONDS = 90, 240
FAULTS = faults(settings()["database"]["postgres_port"], settings()["trading"]["engines"][0]["green_port"])


class Patient:
    """The deployed stack, with what doctor needs to look at it."""

    def __init__(self, twin: Twin) -> None:
        self.twin = twin
        self.workspace = Workspace.prepared(NAME, twin.root)
        self.stack: auto.Stack = self.workspace.select()
        self.plan: Plan = plan(self.workspace.state(self.stack), NAME)
        self.began = datetime.now(UTC)

    def verdicts(self) -> list[Verdict]:
        """What doctor finds now, without what is the machine's."""
        found = diagnose(look(self.plan, self.workspace, self.stack), CAUSES)
        return [each for each in found if not _is_the_machines(each)]

    def hft(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command as a shell runs it, in the twin's folder."""
        return subprocess.run(
            [sys.executable, "-m", "ops", *arguments], cwd=self.twin.root, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory, host: DockerClient) -> Iterator[Patient]:
    """A stack that has come up and is well; what it has on the host is removed before and after."""
    with prepared(tmp_path_factory.mktemp("doctor") / "checkout", host) as made:
        made.hft("up")
        found = Patient(made)
        _await_health(found)
        yield found


def test_a_healthy_stack_has_no_cause_of_its_own(patient: Patient) -> None:
    ran = patient.hft("doctor", NAME, "--json")
    named = [each["cause"] for each in json.loads(ran.stdout)]

    assert [name for name in named if name not in (*_OF_THE_MACHINE, "alert")] == []
    assert ran.returncode == (1 if named else 0), ran.stderr


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_doctor_names_the_cause(patient: Patient, host: DockerClient, fault: Fault) -> None:
    with fault.injected(host):
        _await_first(patient, fault)
    _await_health(patient)


def test_a_bundle_has_no_secret_of_the_stack(patient: Patient, tmp_path: Path) -> None:
    file = tmp_path / "bundle.tar.gz"
    ran = patient.hft("doctor", NAME, "--bundle", str(file))
    export = json.loads(patient.workspace.run(patient.stack, ["stack", "export", "--show-secrets"]))
    secrets = secret_values(export)
    with tarfile.open(file) as archive:
        texts = {each.name: _content(archive, each) for each in archive.getmembers()}

    assert ran.returncode in (0, 1), ran.stderr
    assert {"report.txt", "facts.json", "settings.yaml", f"local/hft-{NAME}-tsdb-0.log"} <= texts.keys()
    assert len(texts) == 4 + 2 * len(patient.plan.containers)
    assert len(secrets) > 20
    assert {name for name, text in texts.items() if any(secret in text for secret in secrets)} == set()


def test_a_secret_in_a_log_would_be_taken_out(patient: Patient) -> None:
    redactor = bundle.redactor(patient.workspace, patient.stack)
    export = json.loads(patient.workspace.run(patient.stack, ["stack", "export", "--show-secrets"]))

    assert [value for value in secret_values(export) if value in redactor.clean(f"password {value} refused")] == []


def test_the_timeline_tells_what_was_done(patient: Patient) -> None:
    ran = patient.hft("timeline", NAME, "--since", "1h")
    kinds = {line.split()[2] for line in ran.stdout.splitlines()[1:]}

    assert (ran.returncode, ran.stderr) == (0, "")
    assert {"alert", "audit", "container", "deploy", "failover", "log"} <= kinds


def test_a_stack_that_is_not_there_cannot_be_looked_at(patient: Patient) -> None:
    ran = patient.hft("doctor", "other")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("error: stack 'other': Pulumi.other.yaml is not there")


def _is_the_machines(verdict: Verdict) -> bool:
    subject = verdict.suspect.finding.subject
    return verdict.suspect.cause.name in _OF_THE_MACHINE or subject.startswith("alert Host")


def _await_first(patient: Patient, fault: Fault) -> None:
    """Wait until doctor names the fault first, and nothing else that is as sure beside other members of it."""
    end = time.monotonic() + _SHOWS_SECONDS
    while True:
        found = [(each.suspect.cause.name, each.suspect.finding.subject) for each in patient.verdicts()]
        if found and found[0][0] == fault.cause and found[0][1] in fault.subjects:
            return
        assert time.monotonic() < end, found


def _await_health(patient: Patient) -> None:
    """Wait until nothing is broken; an alert may look back over an hour, and is not waited for."""
    end = time.monotonic() + _HEALS_SECONDS
    while found := [each for each in patient.verdicts() if each.suspect.cause.name != "alert"]:
        told = [(each.suspect.cause.name, each.suspect.finding.evidence) for each in found]
        assert time.monotonic() < end, told
        time.sleep(1)


def _content(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> str:
    content = archive.extractfile(entry)
    assert content
    return content.read().decode()
