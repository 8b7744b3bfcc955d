"""The kinds of notifier that a contact point may hold: their tables, and their settings in Grafana's API."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from toolchain.plugins.framework import (
    Property,
    Table,
    Values,
    boolean,
    integer,
    listing,
    mapping,
    one_of,
    record,
    string,
)

UNSUPPORTED = {
    "lines": "LINE has ended its notification service",
    "sns": "it needs Amazon Managed Grafana",
}
"""Blocks of a contact point that the official plugin has and this one refuses, and why."""
REDACTED = "[REDACTED]"
"""What Grafana shows in place of a secret."""
_NO_HTTP_CONFIG = "use a proxy in front of the receiver"


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """A kind of notifier."""

    type: str
    """Grafana's name of it."""
    fields: Table
    """Its own inputs; `uid`, `disableResolveMessage` and `settings` are common to all."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Input → Grafana's name of it, where that is not the input's in snake case."""
    texts: frozenset[str] = frozenset()
    """Whole numbers that Grafana takes as texts."""

    @property
    def shape(self) -> Property:
        """A notifier of this kind as an input."""
        common = {
            "uid": string(computed=True),
            "disableResolveMessage": boolean(default=False),
            "settings": mapping(secret=True),
        }
        return record({**self.fields, **common})

    def key(self, name: str) -> str:
        """Grafana's name of an input."""
        return self.names.get(name) or re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), name)

    def settings(self, notifier: Values) -> Values:
        """The notifier's settings as Grafana takes them."""
        given = {name: notifier[name] for name in self.fields if notifier.get(name) not in (None, "", [], {})}
        own = {self.key(name): self._told(name, value) for name, value in given.items()}
        return {**notifier.get("settings", {}), **own}

    def seen(self, found: Mapping[str, Any], known: Values) -> Values:
        """Inputs from Grafana's settings; secrets, which it does not show, from the `known` notifier."""
        rest = {key: value for key, value in found.items() if value not in (None, "", [], {})}
        values = {name: rest.pop(self.key(name)) for name in self.fields if self.key(name) in rest}
        own = {name: self._understood(name, value) for name, value in values.items()}
        extra = {"settings": {key: str(value) for key, value in rest.items()}} if rest else {}
        zeros = {name: value for name, value in known.items() if name in self.fields and value in (False, 0)}
        shown: Values = _unredacted(own | extra, known, self.shape)
        return zeros | shown

    def _told(self, name: str, value: Any) -> Any:
        if name == "addresses":
            return ";".join(value)
        return str(value) if name in self.texts else value

    def _understood(self, name: str, value: Any) -> Any:
        if name == "addresses":
            return [address for address in re.split(r"[;,\n]", value) if address]
        return int(value) if self.fields[name].kind == "integer" else value


def secret_texts(value: Any, shape: Property) -> Iterator[str]:
    """Every text that is secret by its shape."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            inner = shape.fields.get(key) if shape.kind == "object" else shape.items
            if inner is not None:
                yield from secret_texts(item, Property(**{**vars(inner), "secret": inner.secret or shape.secret}))
    elif isinstance(value, list) and shape.items is not None:
        for item in value:
            yield from secret_texts(item, shape.items)
    elif shape.secret and isinstance(value, str):
        yield value


def _unredacted(seen: Any, known: Any, shape: Property) -> Any:
    """`seen` with the known secrets in place of what Grafana shows; a secret that is not known is left out."""
    if not isinstance(seen, Mapping):
        return seen
    hidden = {key for key, value in seen.items() if value == REDACTED}
    former = known if isinstance(known, Mapping) else {}
    return {
        key: former[key] if key in hidden else _unredacted(value, former.get(key), shape)
        for key, value in seen.items()
        if key not in hidden or key in former
    }


def _secret(**options: Any) -> Property:
    return string(secret=True, **options)


_TEXT = string()
_RESPONDER = record({"type": string(required=True), "name": string(), "username": string(), "id": string()})
_HTTP_AUTH: Table = {
    "httpMethod": _TEXT,
    "basicAuthUser": _TEXT,
    "basicAuthPassword": _secret(),
    "authorizationScheme": _TEXT,
    "authorizationCredentials": _secret(),
    "maxAlerts": integer(),
}
_HTTP_AUTH_NAMES = {
    "httpMethod": "httpMethod",
    "basicAuthUser": "username",
    "basicAuthPassword": "password",
    "maxAlerts": "maxAlerts",
}
_HMAC = record({"secret": _secret(required=True), "header": _TEXT, "timestampHeader": _TEXT})

RECEIVERS: Mapping[str, Receiver] = {
    "alertmanagers": Receiver(
        type="prometheus-alertmanager",
        fields={"url": string(required=True), "basicAuthUser": _TEXT, "basicAuthPassword": _secret()},
        names={"basicAuthUser": "basicAuthUser", "basicAuthPassword": "basicAuthPassword"},
    ),
    "dingdings": Receiver(
        type="dingding",
        fields={"url": _secret(required=True), "messageType": _TEXT, "message": _TEXT, "title": _TEXT},
        names={"messageType": "msgType"},
    ),
    "discords": Receiver(
        type="discord",
        fields={
            "url": _secret(required=True),
            "title": _TEXT,
            "message": _TEXT,
            "avatarUrl": _TEXT,
            "useDiscordUsername": boolean(default=False),
        },
    ),
    "emails": Receiver(
        type="email",
        fields={
            "addresses": listing(string(), required=True),
            "singleEmail": boolean(default=False),
            "message": _TEXT,
            "subject": _TEXT,
        },
        names={"singleEmail": "singleEmail"},
    ),
    "googlechats": Receiver(
        type="googlechat",
        fields={
            "url": _secret(required=True),
            "title": _TEXT,
            "message": _TEXT,
            "hideOpenButton": boolean(),
            "hideVersionInfo": boolean(),
        },
    ),
    "jiras": Receiver(
        type="jira",
        fields={
            "apiUrl": string(required=True),
            "user": _secret(),
            "password": _secret(),
            "apiToken": _secret(),
            "project": string(required=True),
            "issueType": string(required=True),
            "summary": _TEXT,
            "description": _TEXT,
            "labels": listing(string()),
            "priority": _TEXT,
            "resolveTransition": _TEXT,
            "reopenTransition": _TEXT,
            "reopenDuration": _TEXT,
            "wontFixResolution": _TEXT,
            "dedupKeyField": _TEXT,
            "fields": mapping(),
        },
    ),
    "kafkas": Receiver(
        type="kafka",
        fields={
            "restProxyUrl": _secret(required=True),
            "topic": string(required=True),
            "description": _TEXT,
            "details": _TEXT,
            "username": _TEXT,
            "password": _secret(),
            "apiVersion": string(default="v2", problem=one_of("v2", "v3")),
            "clusterId": _TEXT,
        },
        names={
            "restProxyUrl": "kafkaRestProxy",
            "topic": "kafkaTopic",
            "apiVersion": "apiVersion",
            "clusterId": "kafkaClusterId",
        },
    ),
    "oncalls": Receiver(
        type="oncall",
        fields={"url": string(required=True), **_HTTP_AUTH, "message": _TEXT, "title": _TEXT},
        names=_HTTP_AUTH_NAMES,
    ),
    "opsgenies": Receiver(
        type="opsgenie",
        fields={
            "url": _TEXT,
            "apiKey": _secret(required=True),
            "message": _TEXT,
            "description": _TEXT,
            "autoClose": boolean(),
            "overridePriority": boolean(),
            "sendTagsAs": string(problem=one_of("tags", "details", "both")),
            "responders": listing(_RESPONDER),
        },
        names={
            "url": "apiUrl",
            "apiKey": "apiKey",
            "autoClose": "autoClose",
            "overridePriority": "overridePriority",
            "sendTagsAs": "sendTagsAs",
        },
    ),
    "pagerduties": Receiver(
        type="pagerduty",
        fields={
            "integrationKey": _secret(required=True),
            "severity": _TEXT,
            "class": _TEXT,
            "component": _TEXT,
            "group": _TEXT,
            "summary": _TEXT,
            "source": _TEXT,
            "client": _TEXT,
            "clientUrl": _TEXT,
            "details": mapping(),
            "url": _TEXT,
        },
        names={"integrationKey": "integrationKey"},
    ),
    "pushovers": Receiver(
        type="pushover",
        fields={
            "userKey": _secret(required=True),
            "apiToken": _secret(required=True),
            "priority": integer(),
            "okPriority": integer(),
            "retry": integer(),
            "expire": integer(),
            "device": _TEXT,
            "sound": _TEXT,
            "okSound": _TEXT,
            "title": _TEXT,
            "message": _TEXT,
            "uploadImage": boolean(),
        },
        names={
            "userKey": "userKey",
            "apiToken": "apiToken",
            "okPriority": "okPriority",
            "okSound": "okSound",
            "uploadImage": "uploadImage",
        },
        texts=frozenset({"priority", "okPriority", "retry", "expire"}),
    ),
    "sensugos": Receiver(
        type="sensugo",
        fields={
            "url": string(required=True),
            "apiKey": _secret(required=True),
            "entity": _TEXT,
            "check": _TEXT,
            "namespace": _TEXT,
            "handler": _TEXT,
            "message": _TEXT,
        },
        names={"apiKey": "apikey"},
    ),
    "slacks": Receiver(
        type="slack",
        fields={
            "endpointUrl": _TEXT,
            "url": _secret(),
            "token": _secret(),
            "recipient": _TEXT,
            "text": _TEXT,
            "title": _TEXT,
            "username": _TEXT,
            "iconEmoji": _TEXT,
            "iconUrl": _TEXT,
            "mentionChannel": _TEXT,
            "mentionUsers": _TEXT,
            "mentionGroups": _TEXT,
            "color": _TEXT,
        },
        names={
            "endpointUrl": "endpointUrl",
            "mentionChannel": "mentionChannel",
            "mentionUsers": "mentionUsers",
            "mentionGroups": "mentionGroups",
        },
    ),
    "teams": Receiver(
        type="teams",
        fields={"url": _secret(required=True), "message": _TEXT, "title": _TEXT, "sectionTitle": _TEXT},
        names={"sectionTitle": "sectiontitle"},
    ),
    "telegrams": Receiver(
        type="telegram",
        fields={
            "token": _secret(required=True),
            "chatId": string(required=True),
            "message": _TEXT,
            "messageThreadId": _TEXT,
            "parseMode": string(problem=one_of("None", "Markdown", "MarkdownV2", "HTML")),
            "disableWebPagePreview": boolean(),
            "protectContent": boolean(),
            "disableNotifications": boolean(),
        },
        names={"token": "bottoken", "chatId": "chatid"},
    ),
    "threemas": Receiver(
        type="threema",
        fields={
            "gatewayId": string(required=True),
            "recipientId": string(required=True),
            "apiSecret": _secret(required=True),
            "title": _TEXT,
            "description": _TEXT,
        },
    ),
    "victorops": Receiver(
        type="victorops",
        fields={"url": _secret(required=True), "messageType": _TEXT, "title": _TEXT, "description": _TEXT},
        names={"messageType": "messageType"},
    ),
    "webexes": Receiver(
        type="webex",
        fields={
            "token": _secret(required=True),
            "apiUrl": _TEXT,
            "message": _TEXT,
            "roomId": string(required=True),
        },
        names={"token": "bot_token"},
    ),
    "webhooks": Receiver(
        type="webhook",
        fields={
            "url": string(required=True),
            **_HTTP_AUTH,
            "message": _TEXT,
            "title": _TEXT,
            "headers": mapping(),
            "payload": record({"template": string(required=True), "vars": mapping()}),
            "hmacConfig": _HMAC,
            "tlsConfig": mapping(unsupported=_NO_HTTP_CONFIG),
            "httpConfig": record({}, unsupported=_NO_HTTP_CONFIG),
        },
        names={**_HTTP_AUTH_NAMES, "hmacConfig": "hmacConfig"},
    ),
    "wecoms": Receiver(
        type="wecom",
        fields={
            "url": _secret(),
            "secret": _secret(),
            "corpId": _TEXT,
            "agentId": _TEXT,
            "message": _TEXT,
            "title": _TEXT,
            "msgType": string(problem=one_of("markdown", "text")),
            "toUser": _TEXT,
        },
        names={"msgType": "msgtype", "toUser": "touser"},
    ),
}
"""Block of a contact point → its kind of notifier."""
