"""The one error of set-up: what is wrong, where, and what to do about it."""


class ToolchainError(Exception):
    """Set-up or the engine cannot go on; the text names the path or value and the fix."""
