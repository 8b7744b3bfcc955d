"""Checks of the Docker daemon: daemon.json, its flags, and what the engine tells of itself; pure."""

from collections.abc import Iterator

from ops.hosts.result import Check, Result, Subject

_FILE = "/etc/docker/daemon.json"
_CIS = "CIS Docker Benchmark 1.6.0"

READ = Check(
    name="daemon-json-readable",
    rule="L15",
    wanted=f"{_FILE} that can be read",
    why="a daemon with a broken file does not start again after the next reboot",
    source="docker/docs, dockerd",
    fix=f"mend it: dockerd --validate --config-file {_FILE}",
)
PROXY = Check(
    name="userland-proxy-off",
    rule="L15, CIS 2.16",
    wanted="userland-proxy false",
    why="what goes to a published port by localhost passes a process more: p50 rose by 83 to 157 %",
    source=f"measured; {_CIS}",
    fix=f'"userland-proxy": false in {_FILE}',
)
LIVE = Check(
    name="live-restore-on",
    rule="L15, CIS 2.15",
    wanted="live-restore true",
    why="without it, a restart of dockerd stops engines and databases",
    source=f"docker/docs, live-restore; {_CIS}",
    fix=f'"live-restore": true in {_FILE}',
)
ICC = Check(
    name="icc-off",
    rule="L15, CIS 2.2",
    wanted="icc false",
    why="else any container on the default bridge reaches every port of every other one there",
    source=_CIS,
    fix=f'"icc": false in {_FILE}',
)
ULIMITS = Check(
    name="default-ulimits-set",
    rule="CIS 2.8",
    wanted="default-ulimits",
    why="containers that set none get what the version of Docker gives: 29 lowered open files to 1,024",
    source=f"{_CIS}; moby#51485",
    fix=f'"default-ulimits": {{"nofile": {{"Name": "nofile", "Soft": 65536, "Hard": 65536}}}} in {_FILE}',
)
PRIVILEGES = Check(
    name="no-new-privileges-default",
    rule="CIS 2.14",
    wanted="no-new-privileges true",
    why="it is the default for containers that are not of this stack; those of the stack set it themselves",
    source=_CIS,
    fix=f'"no-new-privileges": true in {_FILE}',
)
SECCOMP = Check(
    name="seccomp-on",
    rule="CIS 2.17",
    wanted="a seccomp profile",
    why="it keeps a container from system calls that it never needs, for 40 ns each; a round trip takes 36 µs",
    source=f"measured; {_CIS}",
    fix=f'take "seccomp-profile": "unconfined" out of {_FILE}',
)


def judge(subject: Subject) -> Iterator[Result]:
    """Of any host."""
    yield from (_read(subject), _proxy(subject), _live(subject), _icc(subject))
    yield from (_ulimits(subject), _privileges(subject), _seccomp(subject))


def _elsewhere(subject: Subject) -> str:
    """Why daemon.json does not count, if so."""
    told = subject.facts.told
    other = (told.daemon_flags or {}).get("config-file", _FILE)
    if other != _FILE:
        return f"dockerd reads {other}, which is not looked at"
    return f"{_FILE}: {told.daemon.why}" if told.daemon.state in ("unreadable", "broken") else ""


def _read(subject: Subject) -> Result:
    daemon = subject.facts.told.daemon
    if daemon.state == "broken":
        return READ.result(subject, "fail", _elsewhere(subject))
    if why := _elsewhere(subject):
        return READ.result(subject, "unknown", why, fix=f"look at it there, or chmod 644 {_FILE}")
    return READ.result(subject, "pass", "there is none: Docker's defaults hold" if daemon.state == "absent" else "read")


def _proxy(subject: Subject) -> Result:
    told = subject.facts.told
    setting = told.daemon_setting("userland-proxy")
    if setting is False:
        return PROXY.result(subject, "pass", "false")
    if "docker-proxy" in told.processes:
        return PROXY.result(subject, "fail", "docker-proxy runs")
    if setting is None and (why := _elsewhere(subject)):
        return PROXY.result(subject, "unknown", why)
    return PROXY.result(subject, "fail", "true" if setting else "not set, which is true")


def _live(subject: Subject) -> Result:
    engine = subject.facts.engine
    if engine.live_restore:
        return LIVE.result(subject, "pass", "true")
    if engine.swarm:
        return LIVE.result(subject, "warn", "false; a Swarm node cannot have it", fix="keep Swarm off engine hosts")
    return LIVE.result(subject, "fail", "false")


def _icc(subject: Subject) -> Result:
    icc = subject.facts.engine.bridge_icc
    if icc is None:
        return ICC.result(subject, "pass", "there is no default bridge")
    return ICC.result(subject, "fail" if icc else "pass", "true" if icc else "false")


def _ulimits(subject: Subject) -> Result:
    limits = subject.facts.told.daemon_setting("default-ulimits")
    if limits:
        named = ", ".join(sorted(limits)) if isinstance(limits, dict) else str(limits)
        return ULIMITS.result(subject, "pass", named)
    if why := _elsewhere(subject):
        return ULIMITS.result(subject, "unknown", why)
    return ULIMITS.result(subject, "warn", "none")


def _privileges(subject: Subject) -> Result:
    if _has(subject, "name=no-new-privileges") or subject.facts.told.daemon_setting("no-new-privileges") is True:
        return PRIVILEGES.result(subject, "pass", "true")
    if why := _elsewhere(subject):
        return PRIVILEGES.result(subject, "unknown", why)
    return PRIVILEGES.result(subject, "warn", "false")


def _seccomp(subject: Subject) -> Result:
    if not _has(subject, "name=seccomp"):
        return SECCOMP.result(subject, "fail", "none", fix="run a kernel and a Docker that have seccomp")
    if _has(subject, "profile=unconfined"):
        return SECCOMP.result(subject, "fail", "unconfined")
    return SECCOMP.result(subject, "pass", "on")


def _has(subject: Subject, option: str) -> bool:
    return any(option in each.split(",") for each in subject.facts.engine.security_options)
