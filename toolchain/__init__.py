"""How the Pulumi engine and its plugins are obtained, and the environment in which they run."""

from toolchain.engine.lookup import engine_version, find_engine, require_engine
from toolchain.environ import environment
from toolchain.errors import ToolchainError
from toolchain.launchers import stand_ins

__all__ = ["ToolchainError", "engine_version", "environment", "find_engine", "require_engine", "stand_ins"]
