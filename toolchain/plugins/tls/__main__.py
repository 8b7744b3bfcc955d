"""Entry point: ``python -m toolchain.plugins.tls <engine address>``."""

from toolchain.process import guard

if __name__ == "__main__":
    guard()
    from toolchain import versions
    from toolchain.plugins.framework import serve
    from toolchain.plugins.tls.plugin import provider

    serve(provider(), versions.plugin("tls"))
