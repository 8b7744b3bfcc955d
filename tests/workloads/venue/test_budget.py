"""The simulated venue's limit of new orders."""

from workloads.venue.budget import OrderBudget


def test_an_account_may_send_what_the_limit_allows_and_no_more() -> None:
    budget = OrderBudget(2)

    assert [budget.take("us", now) for now in (20.0, 29.9, 29.99)] == [True, True, False]
    assert budget.use("us", 29.99) == [("orders_10s", 10, 3, 2)]


def test_a_window_follows_the_clock_and_not_the_first_order() -> None:
    budget = OrderBudget(1)

    assert [budget.take("us", now) for now in (29.9, 30.0, 39.9, 40.0)] == [True, True, False, True]


def test_each_account_has_a_budget_of_its_own() -> None:
    budget = OrderBudget(1)

    assert (budget.take("us", 20.0), budget.take("them", 20.0)) == (True, True)
    assert budget.use("nobody", 20.0) == [("orders_10s", 10, 0, 1)]
