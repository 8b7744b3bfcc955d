import pytest

from workloads.contract import Label


def test_a_closed_set_allows_what_it_names() -> None:
    label = Label(name="channel", values=("md", "orders"))

    assert (label.allows("md"), label.allows("fix"), label.size) == (True, False, 2)


def test_an_open_set_has_a_size_and_says_what_bounds_it() -> None:
    label = Label(name="reason", values=("",), others=64, bound="the codes of venues")

    assert (label.allows("price_band"), label.size) == (True, 65)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "label order_id: has no bound; name its values, or how many there are at most"),
        ({"others": 5}, "label order_id: others=5 and bound='' go together"),
        ({"values": ("a",), "bound": "b"}, "label order_id: others=0 and bound='b' go together"),
        ({"values": ("a", "a")}, "label order_id: names a value twice"),
    ],
)
def test_a_label_without_a_bound_is_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the whole message is compared
        Label(name="order_id", **given)  # type: ignore[arg-type]

    assert str(refused.value) == message
