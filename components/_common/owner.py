"""Whose alert it is: the label `owner`, by which a firm can route it."""

from typing import Final, Literal, get_args

Owner = Literal["database", "trading", "infrastructure"]
OWNERS: Final[tuple[Owner, ...]] = get_args(Owner)
