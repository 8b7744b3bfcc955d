"""The official installer, as far as a local server can stand for Pulumi's: it is taken when it answers, else left."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from toolchain.engine.official import download, site_answers

Serve = Callable[[str, int], str]

INSTALLS = """#!/bin/sh
[ "$*" = "--no-edit-path --install-root $3 --version 3.259.0" ] || exit 9
mkdir -p "$3/bin" && : > "$3/bin/pulumi"
"""


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[HTTPServer] = []

    def start(body: str, status: int) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/install.sh"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_an_installer_that_answers_is_run(tmp_path: Path, serve: Serve) -> None:
    assert download(tmp_path / "new", serve(INSTALLS, 200))
    assert (tmp_path / "new" / "bin" / "pulumi").exists()


def test_one_that_fails_is_left_and_said(tmp_path: Path, serve: Serve, capsys: pytest.CaptureFixture[str]) -> None:
    assert not download(tmp_path / "new", serve("#!/bin/sh\nexit 7\n", 200))
    assert (
        capsys.readouterr()
        .out.splitlines()[-1]
        .endswith("returned non-zero exit status 7.): the engine is built here instead")
    )


def test_a_site_that_is_not_there_is_left_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not download(tmp_path / "new", "http://127.0.0.1:1/install.sh")
    assert capsys.readouterr().out == "  127.0.0.1 does not answer within 3 s: the engine is built here instead\n"


@pytest.mark.parametrize(("body", "status"), [("#!/bin/sh", 403), ("<html>blocked</html>", 200)])
def test_a_page_that_says_no_is_no_answer(serve: Serve, body: str, status: int) -> None:
    assert not site_answers(serve(body, status))


def test_a_script_is_an_answer(serve: Serve) -> None:
    assert site_answers(serve("#!/bin/sh", 200))
