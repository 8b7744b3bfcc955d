"""SQL key words as psycopg takes them."""

from psycopg.sql import SQL


def keyword(text: str) -> SQL:
    """Key words from this package's own tables, or operator's text that a check has matched against them."""
    return SQL(text)  # pyright: ignore[reportArgumentType] - psycopg asks for literals in the source
