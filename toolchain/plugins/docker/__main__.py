"""Entry point: ``python -m toolchain.plugins.docker <engine address>``."""

from toolchain.process import guard

if __name__ == "__main__":
    guard()
    from toolchain import versions
    from toolchain.plugins.docker.plugin import provider
    from toolchain.plugins.framework import serve

    serve(provider(), versions.plugin("docker"))
