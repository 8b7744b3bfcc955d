"""What a real node exporter tells of certificates, also after a renewal."""

import pytest

from components.monitoring.monitoring import _CERTIFICATES, _CERTIFICATES_DIR, _TELL_CERTIFICATES
from components.monitoring.render import certificates_prom
from tests.components.programs import FOLDERS, execute, new_volume, run, running

pytestmark = pytest.mark.images

NODE = ["node", "--web.listen-address=127.0.0.1:19100", "--collector.disable-defaults", "--collector.textfile"]
READY = ["curl", "-fsS", "http://127.0.0.1:19100/metrics"]


def tell(volume: str, end: str) -> None:
    """Fill the volume as the stack's one-shot does."""
    files = {_CERTIFICATES: certificates_prom({"tsdb-0": {"due": "2030-01-01T00:00:00Z", "end": end}})}
    argv = ["sh", "-euc", _TELL_CERTIFICATES]
    assert run("exporters", argv, files, volumes=[*FOLDERS, f"{volume}:/var/lib/hft/data"]) == (0, "")


def test_it_tells_the_end_of_now_without_a_restart() -> None:
    with new_volume() as volume:
        tell(volume, "2030-01-31T00:00:00Z")
        mount = f"{volume}:{_CERTIFICATES_DIR}:ro"
        argv = [*NODE, f"--collector.textfile.directory={_CERTIFICATES_DIR}"]
        with running("exporters", argv, {}, READY, volumes=[*FOLDERS, mount]) as exporter:
            series = '\nhft_certificate_end_timestamp_seconds{part="tsdb-0"} '
            assert f"{series}1.896048e+09\n" in execute(exporter, READY).output
            tell(volume, "2030-03-02T00:00:00Z")
            assert f"{series}1.89864e+09\n" in execute(exporter, READY).output
            assert "node_textfile_scrape_error 0\n" in execute(exporter, READY).output
