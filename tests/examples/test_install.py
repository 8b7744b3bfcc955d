"""The repository as a package in somebody else's environment: built, installed without its checkout, and used."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PROGRAM = """
import sys
sys.path = [entry for entry in sys.path if not entry.rstrip("/") == {checkout!r}]
import components.cache, components.database, components.pooling
from components.database.alerts import alert_rules
from components.database.objects import _MIGRATIONS
assert components.__file__.startswith({installed!r}), components.__file__
assert "TsdbNoPrimary" in alert_rules()["database.yaml"]
print(sorted(path.name for path in _MIGRATIONS.glob("*.sql")))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built package; built from a copy, as setuptools leaves folders behind."""
    folder = tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file() and name.split("/")[0] in ("components", "policies", "pyproject.toml", "README.md"):
            (folder / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "source" / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", folder, folder / "source"], check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_package_has_what_its_modules_read(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as files:
        packed = set(files.namelist())
    read = [path.relative_to(ROOT).as_posix() for path in (ROOT / "components").rglob("*.sql")]
    read += [path.relative_to(ROOT).as_posix() for path in (ROOT / "components").glob("*/alerts.yaml")]

    assert len(read) > 5
    assert [name for name in (*read, "policies/PulumiPolicy.yaml") if name not in packed] == []


def test_components_work_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as files:
        files.extractall(tmp_path / "site")
    program = PROGRAM.format(checkout=str(ROOT), installed=str(tmp_path / "site"))
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == str(
        [path.name for path in sorted((ROOT / "components/database/migrations").iterdir())]
    )
