"""The steps of set-up: each makes sure of one thing, says it in one line with the time taken, and can be repeated."""

import time
from collections.abc import Callable

from rich.markup import escape

from toolchain import checkout, launchers, versions
from toolchain.docker_daemon import ensure_docker
from toolchain.engine.acquire import ensure_engine
from toolchain.errors import ToolchainError
from toolchain.plugin_install import install_official_plugins
from toolchain.say import console


def run() -> list[str]:
    """Make this machine ready for `hft` and `pulumi`; returns what could not be done, each with its fix."""
    checkout.ensure_folders()
    problems = []
    for name, step in _STEPS.items():
        started = time.monotonic()
        try:
            line = f"[green]✓[/] {name:<10} {escape(step())}"
        except ToolchainError as error:
            problems.append(str(error))
            line = f"[red]✗[/] {name:<10} {escape(str(error))}"
        console.print(f"{line}  [dim]{time.monotonic() - started:.1f} s[/]")
    return problems


def _engine() -> str:
    path = ensure_engine()
    checkout.write_env_file(path)
    return f"pulumi {versions.PULUMI}, {path}"


def _plugins() -> str:
    install_official_plugins()
    used = launchers.stand_ins()
    if not used:
        return "all official"
    short = ", ".join(name.removeprefix("pulumi-").removeprefix("resource-") for name in used)
    return f"this project's own stand-ins for: {short}"


_STEPS: dict[str, Callable[[], str]] = {
    "docker": ensure_docker,
    "engine": _engine,
    "plugins": _plugins,
    "passphrase": checkout.ensure_passphrase,
}
