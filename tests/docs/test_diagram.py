import importlib.util
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_the_picture_is_of_the_text() -> None:
    spec = importlib.util.spec_from_file_location("diagram", DOCS / "diagram.py")
    assert spec
    assert spec.loader
    diagram = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(diagram)

    assert diagram.PICTURE.read_text().endswith(diagram.stamp())
