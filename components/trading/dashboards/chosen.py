"""What is chosen on a dashboard of trading: venue, symbol and slot; and the bounds that several panels draw; pure."""

from typing import Final

from components._common.dashboards import Board
from components.trading.objectives import ROUNDTRIP, ROUNDTRIP_SECONDS

VENUE: Final = 'venue=~"$venue"'
SYMBOL: Final = 'symbol=~"$symbol"'
SLOT: Final = 'instance=~"$slot"'

# A line on a dashboard is where someone is told.
OBJECTIVE_SECONDS: Final = ROUNDTRIP_SECONDS
OBJECTIVE_SHARE: Final = ROUNDTRIP.target


def with_venue(board: Board) -> Board:
    """Let the reader choose venues."""
    return board.choose("venue", "hft_venue_up", "venue", "Venue")


def with_symbol(board: Board) -> Board:
    """Let the reader choose symbols."""
    return board.choose("symbol", "hft_marketdata_age_seconds", "symbol", "Symbol")


def with_slot(board: Board) -> Board:
    """Let the reader choose engines by their slot."""
    return board.choose("slot", "hft_trading_state", "instance", "Slot")
