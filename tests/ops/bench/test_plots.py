from pathlib import Path

import pytest

from ops.bench.measure import Measure
from ops.bench.plots import against_goals, curves, shares

LESS = Measure("a ÷ b", 1.0, 2.0, "", spread=(0.5, 3.0))
MORE = Measure("c ÷ d", 3.0, 1.5, "", at_least=True, spread=(1.5, 6.0))
LOST = Measure("rows lost", 0.0, 0.0, "")


def test_a_figure_is_shown_as_a_share_of_its_goal() -> None:
    assert shares(LESS) == (0.25, 0.5, 1.5)
    assert shares(Measure("a", 3.0, 2.0, "")) == (1.5, 1.5, 1.5)


def test_where_more_is_better_the_share_is_upside_down() -> None:
    assert shares(MORE) == (0.25, 0.5, 1.0)


def size(path: Path) -> tuple[int, int]:
    header = path.read_bytes()[:24]
    assert header.startswith(b"\x89PNG")
    return int.from_bytes(header[16:20]), int.from_bytes(header[20:24])


def test_the_plot_of_goals_grows_with_the_figures(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    against_goals([LESS, LOST], tmp_path / "plots" / "one.png", "Goals")
    against_goals([LESS, MORE, LOST], tmp_path / "plots" / "two.png", "Goals")

    (width, one), (_, two) = size(tmp_path / "plots" / "one.png"), size(tmp_path / "plots" / "two.png")
    assert width == 990
    assert (one, two) == (138, 178)


def test_the_same_curves_make_the_same_picture_and_others_another(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    first, again, other = (tmp_path / f"{name}.png" for name in ("first", "again", "other"))
    curves({"straight": {0.5: 0.1, 0.99: 0.4}, "through": {0.5: 0.2, 0.99: 0.6}}, first, "Latest tick")
    curves({"straight": {0.5: 0.1, 0.99: 0.4}, "through": {0.5: 0.2, 0.99: 0.6}}, again, "Latest tick")
    curves({"straight": {0.5: 0.1, 0.99: 0.4}, "through": {0.5: 0.2, 0.99: 0.9}}, other, "Latest tick")

    assert first.read_bytes() == again.read_bytes() != other.read_bytes()
