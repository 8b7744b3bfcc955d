"""The settings of each kind of notifier. Does not prove that Grafana reads them so, only what is sent and read back."""

import pytest

from toolchain.plugins.framework import listing, mapping, record, string
from toolchain.plugins.grafana.receivers import RECEIVERS, secret_texts

WEBHOOK = {
    "url": "http://hook.test",
    "httpMethod": "PUT",
    "basicAuthUser": "u",
    "basicAuthPassword": "p",
    "maxAlerts": 5,
    "headers": {"X-Desk": "fx"},
    "payload": {"template": "t", "vars": {"a": "b"}},
    "hmacConfig": {"secret": "s", "header": "X-Sign", "timestampHeader": "X-Time"},
}
SENT = {
    "emails": (
        {"addresses": ["a@desk.test", "b@desk.test"], "singleEmail": True, "subject": "s"},
        {"addresses": "a@desk.test;b@desk.test", "singleEmail": True, "subject": "s"},
    ),
    "webhooks": (
        WEBHOOK,
        {
            "url": "http://hook.test",
            "httpMethod": "PUT",
            "username": "u",
            "password": "p",
            "maxAlerts": 5,
            "headers": {"X-Desk": "fx"},
            "payload": {"template": "t", "vars": {"a": "b"}},
            "hmacConfig": {"secret": "s", "header": "X-Sign", "timestampHeader": "X-Time"},
        },
    ),
    "slacks": (
        {"token": "t", "recipient": "#desk", "endpointUrl": "e", "iconEmoji": ":fire:", "mentionUsers": "U1"},
        {"token": "t", "recipient": "#desk", "endpointUrl": "e", "icon_emoji": ":fire:", "mentionUsers": "U1"},
    ),
    "pagerduties": (
        {"integrationKey": "k", "class": "c", "clientUrl": "u", "details": {"a": "b"}},
        {"integrationKey": "k", "class": "c", "client_url": "u", "details": {"a": "b"}},
    ),
    "opsgenies": (
        {"apiKey": "k", "url": "u", "autoClose": True, "responders": [{"type": "team", "name": "desk"}]},
        {"apiKey": "k", "apiUrl": "u", "autoClose": True, "responders": [{"type": "team", "name": "desk"}]},
    ),
    "pushovers": (
        {"userKey": "u", "apiToken": "t", "okPriority": 1, "priority": 2, "retry": 30, "expire": 60},
        {"userKey": "u", "apiToken": "t", "okPriority": "1", "priority": "2", "retry": "30", "expire": "60"},
    ),
    "telegrams": (
        {"token": "t", "chatId": "1", "parseMode": "HTML", "disableWebPagePreview": True},
        {"bottoken": "t", "chatid": "1", "parse_mode": "HTML", "disable_web_page_preview": True},
    ),
    "kafkas": (
        {"restProxyUrl": "u", "topic": "t", "apiVersion": "v3", "clusterId": "c"},
        {"kafkaRestProxy": "u", "kafkaTopic": "t", "apiVersion": "v3", "kafkaClusterId": "c"},
    ),
    "jiras": (
        {"apiUrl": "u", "project": "P", "issueType": "Bug", "labels": ["l"], "fields": {"f": "1"}},
        {"api_url": "u", "project": "P", "issue_type": "Bug", "labels": ["l"], "fields": {"f": "1"}},
    ),
    "alertmanagers": (
        {"url": "u", "basicAuthUser": "u", "basicAuthPassword": "p"},
        {"url": "u", "basicAuthUser": "u", "basicAuthPassword": "p"},
    ),
    "oncalls": (
        {"url": "u", "authorizationScheme": "Bearer", "authorizationCredentials": "c"},
        {"url": "u", "authorization_scheme": "Bearer", "authorization_credentials": "c"},
    ),
    "discords": (
        {"url": "u", "avatarUrl": "a", "useDiscordUsername": True},
        {"url": "u", "avatar_url": "a", "use_discord_username": True},
    ),
    "googlechats": ({"url": "u", "hideOpenButton": True}, {"url": "u", "hide_open_button": True}),
    "teams": ({"url": "u", "sectionTitle": "s"}, {"url": "u", "sectiontitle": "s"}),
    "dingdings": ({"url": "u", "messageType": "link"}, {"url": "u", "msgType": "link"}),
    "sensugos": ({"url": "u", "apiKey": "k"}, {"url": "u", "apikey": "k"}),
    "threemas": (
        {"gatewayId": "g", "recipientId": "r", "apiSecret": "s"},
        {"gateway_id": "g", "recipient_id": "r", "api_secret": "s"},
    ),
    "victorops": ({"url": "u", "messageType": "CRITICAL"}, {"url": "u", "messageType": "CRITICAL"}),
    "webexes": ({"token": "t", "roomId": "r", "apiUrl": "u"}, {"bot_token": "t", "room_id": "r", "api_url": "u"}),
    "wecoms": (
        {"secret": "s", "corpId": "c", "agentId": "a", "msgType": "text", "toUser": "@all"},
        {"secret": "s", "corp_id": "c", "agent_id": "a", "msgtype": "text", "touser": "@all"},
    ),
}


def test_every_kind_is_tested():
    assert sorted(SENT) == sorted(RECEIVERS)


@pytest.mark.parametrize("block", RECEIVERS)
def test_settings_are_sent_under_grafanas_names_and_read_back(block):
    notifier, settings = SENT[block]
    assert RECEIVERS[block].settings(notifier) == settings
    assert RECEIVERS[block].seen(settings, notifier) == notifier


def test_what_is_empty_or_false_by_default_is_not_sent_as_a_text():
    notifier = {"addresses": ["a@desk.test"], "message": "", "singleEmail": False, "settings": {"own": "x"}}
    assert RECEIVERS["emails"].settings(notifier) == {
        "addresses": "a@desk.test",
        "singleEmail": False,
        "own": "x",
    }


def test_settings_beyond_the_table_are_seen_as_such():
    seen = RECEIVERS["emails"].seen({"addresses": "a@desk.test,b@desk.test\nc@desk.test", "own": 5}, {})
    assert seen == {"addresses": ["a@desk.test", "b@desk.test", "c@desk.test"], "settings": {"own": "5"}}


def test_a_secret_that_grafana_hides_is_the_known_one_or_absent():
    hidden = {"url": "http://hook.test", "password": "[REDACTED]", "hmacConfig": {"secret": "[REDACTED]"}}
    known = {"basicAuthPassword": "p", "hmacConfig": {"secret": "s"}}
    receiver = RECEIVERS["webhooks"]
    assert receiver.seen(hidden, known) == {"url": "http://hook.test"} | known
    assert receiver.seen(hidden, {}) == {"url": "http://hook.test", "hmacConfig": {}}


def test_secret_texts_are_found_at_any_depth():
    shape = record(
        {
            "open": string(),
            "key": string(secret=True),
            "all": mapping(secret=True),
            "list": listing(record({"key": string(secret=True)})),
        }
    )
    value = {"open": "o", "key": "1", "all": {"a": "2"}, "list": [{"key": "3"}], "unknown": "u"}
    assert list(secret_texts(value, shape)) == ["1", "2", "3"]
