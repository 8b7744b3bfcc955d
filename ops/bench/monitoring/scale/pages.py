"""Serves pages of metrics that were taken from a running stack, in turn; a program: `pages.py FOLDER PORT`.

`FOLDER/<job>/<number>` is the page of a job; a job without one answers as a port does where nothing listens: not at all
well.
"""

import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

from aiohttp import web

ADDRESS = "127.0.0.1"


def application(folder: Path) -> web.Application:
    """The pages of a folder."""
    pages: dict[str, Iterator[bytes]] = {
        job.name: itertools.cycle([file.read_bytes() for file in sorted(job.iterdir())]) for job in folder.iterdir()
    }

    async def page(request: web.Request) -> web.Response:
        found = pages.get(request.match_info["job"])
        if found is None:
            raise web.HTTPServiceUnavailable
        return web.Response(body=next(found), headers={"Content-Type": "text/plain; version=0.0.4"})

    made = web.Application()
    made.add_routes([web.get("/{job}", page)])
    return made


if __name__ == "__main__":
    web.run_app(application(Path(sys.argv[1])), host=ADDRESS, port=int(sys.argv[2]), print=None, access_log=None)
