"""Opens the dashboards of a stack, one after the other."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from ops import access
from ops.dashboards import model, sources
from ops.dashboards.check import Page, look
from ops.dashboards.grafana import AwayError
from ops.dashboards.place import grafana_url, place
from ops.dashboards.sources import Source
from ops.errors import OpsError
from ops.screen import Screen
from ops.workspace import Workspace
from stacks.dashboards import dashboards


def source(
    workspace: Workspace,
    grafana: str | None,
    token_file: Path | None,
    screen: Screen | None = None,
    *,
    direct: bool = False,
) -> AbstractContextManager[Source]:
    """The Grafana that is named, else the stack's where it answers, else its data sources; `screen` shows which.

    `direct`: the data sources, whatever else there is.

    Raises:
        OpsError: what is to be asked is not to be had.
    """
    shown = screen or Screen()
    if direct and (grafana or token_file):
        raise OpsError("--direct asks no Grafana: leave out --grafana and --token-file")
    if grafana is not None:
        return _through(workspace, grafana, token_file, shown)
    deployed = workspace.deployed()
    url = grafana_url(deployed)
    why_not = "--direct says so" if direct else _why_not(workspace, url, token_file, shown)
    if url is not None and why_not is None:
        return _through(workspace, url, token_file, shown)
    shown.line(f"asking Prometheus and the database directly: {why_not}")
    return sources.direct(place(workspace, deployed))


def _through(workspace: Workspace, url: str, token_file: Path | None, screen: Screen) -> AbstractContextManager[Source]:
    token = _token(workspace, token_file)
    screen.line(f"asking Grafana at {url}")
    return sources.through_grafana(url, token)


def _why_not(workspace: Workspace, url: str | None, token_file: Path | None, screen: Screen) -> str | None:
    """Why the stack's Grafana is not asked; None where there is one, its token is there, and it answers."""
    if url is None:
        if token_file:
            raise OpsError(f"--token-file={token_file} is for a Grafana, and the stack has none: name one by --grafana")
        return "the stack has no Grafana"
    file = _token_file(workspace, token_file)
    if not (token_file or file.is_file()):
        return f"the token for Grafana at {url} is not there ({file})"
    with sources.through_grafana(url, _token(workspace, token_file)) as desk:
        try:
            desk.reach()
        except AwayError as away:
            screen.warning(f"{away}. Whether its data sources work is not looked at")
            return "the stack's Grafana does not answer"
    return None


def _token_file(workspace: Workspace, given: Path | None) -> Path:
    return given or access.path_of(access.GRAFANA_TOKEN, workspace.root, workspace.name)


def _token(workspace: Workspace, token_file: Path | None) -> str:
    file = _token_file(workspace, token_file)
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
