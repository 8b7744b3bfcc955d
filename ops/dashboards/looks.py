"""Opens the dashboards of a stack, one after the other."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ops import access
from ops.dashboards import model, sources
from ops.dashboards.check import Page, look
from ops.dashboards.place import place
from ops.dashboards.sources import Source
from ops.errors import OpsError
from ops.workspace import Workspace
from stacks.dashboards import dashboards


@contextmanager
def source(workspace: Workspace, grafana: str | None, token_file: Path | None) -> Iterator[Source]:
    """Grafana where one is named, else the data sources of the stack. Raises OpsError where it is not to be had."""
    if grafana is None:
        with sources.direct(place(workspace)) as found:
            yield found
        return
    with sources.through_grafana(grafana, _token(workspace, token_file)) as behind:
        yield behind


def _token(workspace: Workspace, token_file: Path | None) -> str:
    file = token_file or access.path_of(access.GRAFANA_TOKEN, workspace.root, workspace.name)
    if not file.is_file():
        if token_file:
            raise OpsError(f"--token-file={file} is no file: write the token of a service account there")
        raise OpsError(
            f"--grafana needs a token, and {file} is not there: hft up {workspace.name} writes it where the stack has "
            "a Grafana; or name a file with the token of a service account, or user:password, by --token-file"
        )
    token = file.read_text().strip()
    if not (token.isascii() and token.isprintable() and token):
        raise OpsError(f"{file} holds no token: it wants one line, a service account's token or user:password")
    return token


def pages(stack: str, source: Source, now: float, only: Sequence[str] = (), seconds: int | None = None) -> list[Page]:
    """What each dashboard shows; `only`: names, else all; `seconds`: time range, else the dashboard's own.

    Raises:
        OpsError: a name that is none, or a data source that does not answer.
    """
    known = dashboards(stack)
    if unknown := [name for name in only if name not in known]:
        raise OpsError(f"there is no dashboard {unknown[0]!r}: there are {', '.join(known)}")
    return [look(model.read(text), source, now, seconds) for name, text in known.items() if not only or name in only]
