"""The one error of the command line."""


class OpsError(Exception):
    """What stopped a command, one problem a line; each names the path, the value, the bound and the fix."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        """Each is shown once, as `error: …`."""
