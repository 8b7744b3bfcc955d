"""A page of a stack."""

import json

from components._common.dashboards import About, Board, number


def test_rows_stand_below_each_other_with_their_panels() -> None:
    board = Board("dev", "x", "X", minutes=30, refresh="1m")
    about = [About(title=title, unit="none", description="What it means.", columns=12) for title in ("A", "B", "C")]
    panels = [number(each, board.parts, "x", {None: "green"}) for each in about]
    page = json.loads(board.row("One?", *panels[:2]).row("Two?", panels[2]).text())

    assert (page["uid"], page["title"], page["time"]["from"], page["refresh"]) == (
        "hft-dev-x",
        "X dev",
        "now-30m",
        "1m",
    )
    assert [
        (panel["title"], panel["gridPos"].get("x", 0), panel["gridPos"].get("y", 0)) for panel in page["panels"]
    ] == [
        ("One?", 0, 0),
        ("A", 0, 1),
        ("B", 12, 1),
        ("Two?", 0, 9),
        ("C", 0, 10),
    ]


def test_a_choice_is_of_the_values_of_a_label() -> None:
    page = json.loads(Board("dev", "x", "X").choose("venue", "hft_venue_up", "venue", "Venue").text())
    (variable,) = page["templating"]["list"]

    assert (variable["name"], variable["query"], variable["label"]) == (
        "venue", "label_values(hft_venue_up, venue)", "Venue"
    )  # fmt: skip
    assert variable["datasource"] == {"type": "prometheus", "uid": "hft-dev-prometheus"}
    assert "allValue" not in variable


def test_sources_know_how_often_theirs_are_scraped() -> None:
    board = Board("dev", "x", "X")

    assert [source.seconds for source in (board.engine, board.parts, board.backups)] == [1, 5, 15]
    assert board.database.uid == "hft-dev-timescaledb"
