"""Official provider plugins, fetched where Pulumi's download site answers; elsewhere the stand-ins take their place."""

import subprocess

from toolchain import launchers, paths, versions
from toolchain.engine.lookup import find_engine
from toolchain.engine.official import site_answers
from toolchain.say import say

_INSTALL_SECONDS = 300


def install_official_plugins() -> None:
    """Fetch the official provider plugins, once per checkout: launchers that are there say that none were to be had."""
    missing = [name for name in versions.SDKS if launchers.official(f"pulumi-resource-{name}") is None]
    engine = find_engine()
    if not missing or engine is None or paths.LAUNCHERS.exists() or not site_answers():
        return
    for name in missing:
        server = versions.plugin_server(name)
        command = [str(engine), "plugin", "install", "resource", name, versions.plugin(name)]
        command += ["--server", server] if server else []
        say(f"installing the official plugin {name} {versions.plugin(name)}")
        try:
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_INSTALL_SECONDS, check=True)
        except subprocess.SubprocessError as error:
            say(f"it is not to be had ({error}): this project's stand-in is used")
