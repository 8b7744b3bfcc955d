from typing import Any

import pytest
from pydantic import ValidationError

from components.monitoring.receivers import ReceiverSettings, WebhookSettings, check_receivers

MAIL = {"to": ["desk@x.example"], "sender": "hft@x.example", "smarthost": "mail.x.example:587"}
PLAIN = {"webhook": {"url": "http://10.0.0.9:8080/alerts"}}


def receiver(**changes: Any) -> ReceiverSettings:
    way = {} if {"webhook", "pagerduty", "slack", "email", "opsgenie"} & changes.keys() else PLAIN
    return ReceiverSettings.model_validate({"name": "desk", "gets": ["page", "ticket"], **way, **changes})


@pytest.mark.parametrize(
    ("way", "secret"),
    [
        (PLAIN, None),
        ({"webhook": {}}, "receiver-desk"),
        ({"webhook": {"url": "https://x.example/", "bearer": True}}, "receiver-desk"),
        ({"pagerduty": {}}, "receiver-desk"),
        ({"pagerduty": {"region": "eu"}}, "receiver-desk"),
        ({"slack": {}}, "receiver-desk"),
        ({"email": MAIL}, None),
        ({"email": {**MAIL, "username": "hft"}}, "receiver-desk"),
        ({"opsgenie": {"region": "eu"}}, "receiver-desk"),
    ],
)
def test_each_way_to_be_told_has_its_secret_or_none(way: dict[str, Any], secret: str | None) -> None:
    assert receiver(**way).secret == secret


def test_it_gets_what_it_names_of_whom_it_names() -> None:
    desk = receiver(gets=["page", "rts6"], owners=["trading"])

    assert desk.takes(severity="page", owner="trading")
    assert not desk.takes(severity="ticket", owner="trading")
    assert not desk.takes(severity="page", owner="database")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"name": "Desk"}, "should match pattern"),
        ({"name": "d" * 31}, "should match pattern"),
        ({"gets": []}, "at least 1 item"),
        ({"gets": ["critical"]}, "Input should be 'page', 'ticket' or 'rts6'"),
        ({"gets": ["page", "page"]}, "receiver desk has 'page' in gets more than once: list it once"),
        ({"owners": []}, "at least 1 item"),
        ({"owners": ["sales"]}, "Input should be 'database', 'trading' or 'infrastructure'"),
        ({"owners": ["trading", "trading"]}, "receiver desk has 'trading' in owners more than once: list it once"),
        (
            {"webhook": None},
            "receiver desk has none of webhook, pagerduty, slack, email, opsgenie: give it exactly one",
        ),
        ({**PLAIN, "slack": {}}, "receiver desk has webhook and slack: give it exactly one"),
        ({"webhook": {"url": "http://hooks.example/x"}}, "use https"),
        ({"webhook": {"url": "https://u:p@hooks.example/x"}}, "the URL has credentials"),
        ({"webhook": {"bearer": True}}, "bearer is set and url is not.*: set url, or leave bearer out"),
        ({"pagerduty": {"region": "asia"}}, "Input should be 'us' or 'eu'"),
        ({"pagerduty": {"routing_key": "k"}}, "Extra inputs are not permitted"),
        ({"opsgenie": {"region": "asia"}}, "Input should be 'us' or 'eu'"),
        ({"slack": {"api_url": "https://hooks.slack.com/x"}}, "Extra inputs are not permitted"),
        ({"email": {**MAIL, "to": []}}, "at least 1 item"),
        ({"email": {**MAIL, "to": ["desk"]}}, "should match pattern"),
        ({"email": {**MAIL, "to": ["a@x.example, b@x.example"]}}, "should match pattern"),
        ({"email": {**MAIL, "sender": "Desk <a@x.example>"}}, "should match pattern"),
        ({"email": {**MAIL, "smarthost": "mail.x.example"}}, "should match pattern"),
        ({"email": {**MAIL, "username": ""}}, "at least 1 character"),
        ({"email": {**MAIL, "password": "p"}}, "Extra inputs are not permitted"),
    ],
)
def test_bad_settings_are_refused(bad: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        receiver(**bad)


def test_the_longest_name_has_a_secret_that_may_be_called_so() -> None:
    assert len(str(receiver(name="d" * 30, slack={}).secret)) <= 41


def test_no_receiver_at_all_is_a_choice() -> None:
    check_receivers([])


def test_together_they_get_everything() -> None:
    check_receivers([receiver(name="pager", gets=["page"]), receiver(gets=["ticket"])])
    check_receivers([receiver(owners=["trading"]), receiver(name="others", owners=["database", "infrastructure"])])


@pytest.mark.parametrize(
    ("receivers", "message"),
    [
        (
            [receiver(gets=["page"])],
            "receivers: nobody gets a ticket of database: add ticket to gets, and database to owners, of one of them",
        ),
        (
            [receiver(owners=["database", "infrastructure"])],
            "receivers: nobody gets a page of trading: add page to gets, and trading to owners, of one of them",
        ),
        (
            # What a regulator asks for is a page too, and this one gets no other.
            [receiver(gets=["rts6", "ticket"])],
            "receivers: nobody gets a page of database: add page to gets, and database to owners, of one of them",
        ),
        ([receiver(), receiver()], "receivers[1].name=desk is also receivers[0].name: rename one of them"),
    ],
)
def test_an_alert_that_nobody_gets_is_refused(receivers: list[ReceiverSettings], message: str) -> None:
    with pytest.raises(ValueError, match="^" + message.replace("[", r"\[").replace(".", r"\.") + "$"):
        check_receivers(receivers)


def test_a_webhook_has_a_secret_as_its_url_or_its_token() -> None:
    assert WebhookSettings().has_secret
    assert not WebhookSettings.model_validate({"url": "https://x.example/"}).has_secret
    assert WebhookSettings.model_validate({"url": "https://x.example/", "bearer": True}).has_secret
