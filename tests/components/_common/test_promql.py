import pytest

from components._common.promql import Expression, Grouping, Matcher, Selector, read


def metrics(expression: str) -> list[str]:
    return [selector.metric for selector in read(expression).selectors]


def groupings(expression: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return [(each.labels, each.metrics) for each in read(expression).groupings]


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("vector(1)", []),
        ("hft_leader", ["hft_leader"]),
        ("sum(hft_leader) or vector(0)", ["hft_leader"]),
        ("rate(a_total[5m] offset 1h) / b unless on (x) c", ["a_total", "b", "c"]),
        ("a > bool 5e-6 and b == +Inf", ["a", "b"]),
        ("rate(a[$__rate_interval]) + increase(b[${range}])", ["a", "b"]),
        ("max_over_time(a[1h:30s] @ end())", ["a"]),
        ("histogram_quantile(0.99, sum by (le) (rate(a_bucket[1m])))", ["a_bucket"]),
        ("sum without (instance) (a) + sum(b) by (venue)", ["a", "b"]),
        ("TOPK BY (x) (3, a)", ["a"]),
        ('{__name__="a", job="b"}', ["a"]),
        ('{job="b"}', [""]),
        ("a # not b\n+ c", ["a", "c"]),
        ("slo:bad:rate{slo='x'}", ["slo:bad:rate"]),
    ],
)
def test_metrics_are_told_from_functions_keywords_and_labels(expression: str, names: list[str]) -> None:
    assert metrics(expression) == names


def test_matchers_come_with_their_sign_and_value() -> None:
    assert read('a{b="c d", e=~"f|g", h!="i}", j!~`k`}').selectors == (
        Selector(
            "a",
            (Matcher("b", "=", "c d"), Matcher("e", "=~", "f|g"), Matcher("h", "!=", "i}"), Matcher("j", "!~", "k")),
        ),
    )


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("sum by (venue, le) (rate(a[1m])) / sum(b)", [(("venue", "le"), ("a",))]),
        ("sum(a) by (venue) / sum(b) without (x)", [(("venue",), ("a",)), (("x",), ("b",))]),
        ("max by (x) (sum by (y) (a) + b)", [(("x",), ("a", "b")), (("y",), ("a",))]),
        ("a * on (venue) group_left (colour) b", [(("venue",), ("a", "b")), (("colour",), ("a", "b"))]),
        ("a unless on () b", [((), ("a", "b"))]),
    ],
)
def test_a_grouping_knows_what_it_groups(expression: str, found: list[tuple[tuple[str, ...], tuple[str, ...]]]) -> None:
    assert groupings(expression) == found


def test_a_selector_knows_its_function() -> None:
    found = read('sum(rate(a{b="c"}[1m])) + d + max_over_time({__name__="e"}[5m])').selectors

    assert [(each.metric, each.function) for each in found] == [("a", "rate"), ("d", ""), ("e", "max_over_time")]


@pytest.mark.parametrize(
    ("expression", "kept"),
    [
        ("m", None),
        ("sum by (a) (m)", ("a",)),
        ("max by (a) (sum by (a, b) (m))", ("a",)),
        ("sum(sum(m) by (a, b)) by (c)", ("c",)),
        ("sum without (b) (m)", None),
        ("max by () (m)", ()),
    ],
)
def test_the_outermost_by_leaves_its_labels(expression: str, kept: tuple[str, ...] | None) -> None:
    (selector,) = read(expression).selectors

    assert selector.kept == kept


def test_each_side_keeps_labels_of_its_own() -> None:
    found = read("a > on (x) group_left () sum by (x) (b)")

    assert [(each.metric, each.kept) for each in found.selectors] == [("a", None), ("b", ("x",))]
    assert found.groupings[0] == Grouping(("x",), ("a", "b"))


def test_labels_that_are_made_are_known() -> None:
    assert read('label_replace(a, "slot", "$1", "instance", ".*-(.*)")').made == ("slot",)
    assert read("a") == Expression((Selector("a", ()),), (), ())


@pytest.mark.parametrize(
    ("expression", "message"),
    [("sum(a", "'(' is not closed"), ("a)", "')' closes nothing"), ("sum(a]", "']' closes nothing")],
)
def test_brackets_have_to_match(expression: str, message: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the whole message is compared
        read(expression)

    assert str(refused.value) == message
