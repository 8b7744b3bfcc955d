"""Stand-in provider plugins, for sites where Pulumi's download site does not answer.

Each sub-package is one plugin, started by the engine as ``python -m toolchain.plugins.<name> <engine address>``. They
drive real servers and follow the official plugins' tokens, inputs, outputs and change rules; ``framework`` says how one
is made.
"""
