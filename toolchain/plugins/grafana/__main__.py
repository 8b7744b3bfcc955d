"""Entry point: ``python -m toolchain.plugins.grafana <engine address>``."""

from toolchain.process import guard

if __name__ == "__main__":
    guard()
    from toolchain import versions
    from toolchain.plugins.framework import serve
    from toolchain.plugins.grafana.plugin import provider

    serve(provider(), versions.plugin("grafana"))
