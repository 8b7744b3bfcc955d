"""Which series and labels a PromQL expression names; pure.

It reads names only: whether Prometheus takes the expression is for promtool to say. No parser of PromQL takes a panel's
query, as Grafana's variables (`[$__rate_interval]`) are no PromQL.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

_TOKENS: Final = re.compile(
    r"""
      (?P<skip>\s+|\#[^\n]*)
    | (?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)
    | (?P<variable>\$\w+|\$\{[^}]*\})
    | (?P<number>\d[\w.]*(?:[eE][+-]\d+)?|\.\d+)
    | (?P<name>[A-Za-z_][\w:]*)
    | (?P<sign>=~|!~|!=|==|<=|>=|.)
    """,
    re.VERBOSE,
)
_GROUPING: Final = ("by", "without", "on", "ignoring", "group_left", "group_right")
_AGGREGATING: Final = ("by", "without")
# Names that stand where a metric could stand. Functions are known by the bracket behind them, or by `by`.
_WORDS: Final = ("and", "or", "unless", "atan2", "offset", "bool", "inf", "nan", "start", "end")
_RELABELLING: Final = ("label_replace", "label_join")


class Matcher(NamedTuple):
    """`label sign "value"` of a selector."""

    label: str
    sign: str
    value: str


@dataclass(frozen=True)
class Selector:
    """One metric in an expression; a selector without a name has an empty one."""

    metric: str
    matchers: tuple[Matcher, ...]
    function: str = ""
    """The function that it is the first argument of, such as `rate`."""
    kept: tuple[str, ...] | None = None
    """The labels that the outermost `by (…)` around it leaves; None where there is none."""


@dataclass(frozen=True)
class Grouping:
    """`by (…)`, `without (…)`, `on (…)` and their like: labels, and the metrics that have to have them."""

    labels: tuple[str, ...]
    metrics: tuple[str, ...]


@dataclass(frozen=True)
class Expression:
    """What an expression names."""

    selectors: tuple[Selector, ...]
    groupings: tuple[Grouping, ...]
    made: tuple[str, ...]
    """Labels that `label_replace` and `label_join` make."""


class _Token(NamedTuple):
    kind: str
    text: str


def read(expression: str) -> Expression:
    """What an expression names. Raises ValueError where brackets do not match."""
    return _Reader(list(_tokens(expression))).expression()


def _tokens(expression: str) -> Iterator[_Token]:
    for match in _TOKENS.finditer(expression):
        if match.lastgroup != "skip":
            yield _Token(str(match.lastgroup), match.group())


class _Reader:
    """Walks the tokens of one expression."""

    def __init__(self, tokens: Sequence[_Token]) -> None:
        self._tokens = tokens
        self._ends = _brackets(tokens)
        self._starts = {end: start for start, end in self._ends.items()}
        self._groupings = [at for at in range(len(tokens)) if self._is_grouping(at)]
        self._kept_bodies = {at: self._body(at) for at in self._groupings if tokens[at].text.lower() == "by"}

    def expression(self) -> Expression:
        found = dict(self._selectors())
        groupings = [self._grouping(at, found) for at in self._groupings]
        return Expression(tuple(found.values()), tuple(groupings), tuple(self._made()))

    def _selectors(self) -> Iterator[tuple[int, Selector]]:
        """Position → selector."""
        within = self._labels_within()
        for at, token in enumerate(self._tokens):
            if at in within:
                continue
            if self._is_metric(at):
                yield at, Selector(token.text, self._matchers(at + 1), self._function(at), self._kept(at))
            elif token.text == "{" and not (at and self._is_metric(at - 1)):
                matchers = self._matchers(at)
                names = [each.value for each in matchers if each.label == "__name__" and each.sign == "="]
                yield at, Selector(names[0] if names else "", matchers, self._function(at), self._kept(at))

    def _labels_within(self) -> set[int]:
        """Positions inside of `{…}` and behind `by` and its like: names there are labels."""
        opening = [at for at, token in enumerate(self._tokens) if token.text == "{"]
        opening += [at + 1 for at in self._groupings]
        return {at for start in opening for at in range(start + 1, self._ends[start])}

    def _is_metric(self, at: int) -> bool:
        token = self._tokens[at]
        plain = token.kind == "name" and token.text.lower() not in (*_WORDS, *_GROUPING)
        return plain and self._text(at + 1).lower() not in ("(", *_AGGREGATING)

    def _is_grouping(self, at: int) -> bool:
        return self._tokens[at].text.lower() in _GROUPING and self._text(at + 1) == "("

    def _function(self, at: int) -> str:
        opened = at > 1 and self._text(at - 1) == "(" and self._tokens[at - 2].kind == "name"
        return self._text(at - 2) if opened else ""

    def _matchers(self, at: int) -> tuple[Matcher, ...]:
        if self._text(at) != "{":
            return ()
        inner = [token.text for token in self._tokens[at + 1 : self._ends[at]] if token.text != ","]
        triples = zip(inner[::3], inner[1::3], inner[2::3], strict=False)
        return tuple(Matcher(label, sign, value[1:-1]) for label, sign, value in triples)

    def _grouping(self, at: int, selectors: dict[int, Selector]) -> Grouping:
        start, stop = self._body(at)
        metrics = tuple(one.metric for place, one in selectors.items() if start <= place < stop)
        return Grouping(self._labels(at), metrics)

    def _labels(self, at: int) -> tuple[str, ...]:
        """Those in the bracket behind `by` and its like."""
        inner = self._tokens[at + 2 : self._ends[at + 1]]
        return tuple(token.text for token in inner if token.kind == "name")

    def _kept(self, place: int) -> tuple[str, ...] | None:
        around = [(start, at) for at, (start, stop) in self._kept_bodies.items() if start <= place < stop]
        return self._labels(min(around)[1]) if around else None

    def _body(self, at: int) -> tuple[int, int]:
        """What is grouped: the bracket behind `by (…)` or before it; of `on (…)` all that stands there."""
        end = self._ends[at + 1]
        if self._tokens[at].text.lower() in _AGGREGATING:
            if self._text(end + 1) == "(":
                return end + 1, self._ends[end + 1]
            if at - 1 in self._starts:
                return self._starts[at - 1], at
        return 0, len(self._tokens)

    def _made(self) -> Iterator[str]:
        for at, token in enumerate(self._tokens):
            if token.text in _RELABELLING and at + 1 in self._ends:
                texts = [each.text for each in self._tokens[at + 1 : self._ends[at + 1]] if each.kind == "text"]
                yield from (text[1:-1] for text in texts[:1])

    def _text(self, at: int) -> str:
        return self._tokens[at].text if at < len(self._tokens) else ""


def _brackets(tokens: Sequence[_Token]) -> dict[int, int]:
    """Position of each opening bracket → position of the one that closes it."""
    pairs, ends, opened = {"(": ")", "{": "}", "[": "]"}, {}, []
    for at, token in enumerate(tokens):
        if token.text in pairs:
            opened.append(at)
        elif token.text in pairs.values():
            if not opened or pairs[tokens[opened[-1]].text] != token.text:
                raise ValueError(f"{token.text!r} closes nothing")
            ends[opened.pop()] = at
    if opened:
        raise ValueError(f"{tokens[opened[-1]].text!r} is not closed")
    return ends
