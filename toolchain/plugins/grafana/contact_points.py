"""`ContactPoint`: where notifications go, by one or more notifiers."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

import httpx

from toolchain.plugins.framework import Property, Resource, Result, Table, Values, string, unordered
from toolchain.plugins.framework.diff import equal
from toolchain.plugins.grafana.client import CONFLICTS, Grafana, GrafanaError, part
from toolchain.plugins.grafana.org import adopt, join, org_id, organisation, split
from toolchain.plugins.grafana.provenance import PATH, disable_provenance, disabled, headers
from toolchain.plugins.grafana.receivers import RECEIVERS, UNSUPPORTED, secret_texts
from toolchain.plugins.grafana.spelling import as_known

_PATH = f"{PATH}/contact-points"


class ContactPoint(Resource[Grafana]):
    """A contact point. Its id is `organisation:name`; its secrets are written and never read."""

    token = "grafana:alerting/contactPoint:ContactPoint"
    inputs: ClassVar[Table] = {
        "name": string(autoname=True, replaces=True),
        "disableProvenance": disable_provenance(replaces=True),
        "orgId": org_id(),
        **{block: unordered(receiver.shape) for block, receiver in RECEIVERS.items()},
        **{block: Property(kind="set", unsupported=reason) for block, reason in UNSUPPORTED.items()},
    }

    @classmethod
    def problems(cls, inputs: Values) -> Iterable[tuple[str, str]]:
        """A contact point without a notifier."""
        if not any(block in inputs and inputs[block] != [] for block in RECEIVERS):
            yield "name", f"a contact point needs a notifier: one of {', '.join(RECEIVERS)}"

    def create(self, inputs: Values) -> Result:
        """POST /v1/provisioning/contact-points for each notifier; when one is refused, those before it are removed."""
        org, name = organisation(self.client, inputs), inputs["name"]
        with self.client.alerting:
            if self._found(org, name):
                hint = f"{adopt(self.token, org, name)}, or choose another name"
                raise GrafanaError(f"contact point {name!r} already exists: {hint}")
            made: dict[str, list[Values]] = {}
            try:
                for block, notifier in _notifiers(inputs):
                    made.setdefault(block, []).append(self._post(org, inputs, block, notifier))
            except GrafanaError:
                self._drop(org, [one["uid"] for block in made.values() for one in block])
                raise
        return Result(id=join(org, name), outputs={**made, "orgId": str(org)})

    def read(self, resource_id: str, state: Values) -> Result | None:
        """GET /v1/provisioning/contact-points?name="""
        org, name = split(self.client, resource_id)
        found = self._found(org, name)
        if not found:
            return None
        seen: Values = {block: [] for block in RECEIVERS if block in state}
        for block, receiver in RECEIVERS.items():
            known = {one.get("uid"): one for one in state.get(block, [])}
            told = [_seen(one, block, known.get(one["uid"], {})) for one in found if one["type"] == receiver.type]
            seen |= {block: told} if told else {}
        seen |= {"name": name, "disableProvenance": all(disabled(one) for one in found), "orgId": str(org)}
        return Result(id=join(org, name), outputs=as_known(seen, state, self.inputs))

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """PUT what stays and POST what is new, then DELETE what is gone: a contact point in use is never empty."""
        org, _ = split(self.client, resource_id)
        kept: dict[str, list[Values]] = {}
        with self.client.alerting:
            for block in RECEIVERS:
                for notifier in _following(inputs.get(block, []), state.get(block, []), self.inputs[block]):
                    write = self._put if notifier["uid"] in _uids(state) else self._post
                    kept.setdefault(block, []).append(write(org, inputs, block, notifier))
            self._drop(org, sorted(_uids(state) - _uids(kept)))
        return {**kept, "orgId": str(org)}

    def delete(self, resource_id: str, state: Values) -> None:  # noqa: ARG002
        """DELETE each notifier."""
        org, name = split(self.client, resource_id)
        with self.client.alerting:
            try:
                self._drop(org, [one["uid"] for one in self._found(org, name)])
            except GrafanaError as error:
                if error.status in CONFLICTS:
                    hint = f"a notification policy or a rule still sends to {name!r}: change that first"
                    raise GrafanaError(f"{error}; {hint}", error.status) from None
                raise

    def _found(self, org: int, name: str) -> list[Any]:
        return [one for one in self.client.get(_PATH, org, name=name) or [] if one["name"] == name]

    def _post(self, org: int, inputs: Values, block: str, notifier: Values) -> Values:
        request = _request(inputs, block, notifier)
        return notifier | {"uid": self.client.send("POST", _PATH, org, **request)["uid"]}

    def _put(self, org: int, inputs: Values, block: str, notifier: Values) -> Values:
        """Of a notifier that is gone a new one is made."""
        try:
            self.client.send("PUT", f"{_PATH}/{part(notifier['uid'])}", org, **_request(inputs, block, notifier))
        except GrafanaError as error:
            if error.status == httpx.codes.NOT_FOUND:
                return self._post(org, inputs, block, notifier)
            raise
        return notifier

    def _drop(self, org: int, uids: Iterable[str]) -> None:
        for uid in uids:
            self.client.delete(f"{_PATH}/{part(uid)}", org)


def _notifiers(inputs: Values) -> Iterator[tuple[str, Values]]:
    for block in RECEIVERS:
        yield from ((block, notifier) for notifier in inputs.get(block, []))


def _uids(state: Values) -> set[str]:
    return {notifier["uid"] for _, notifier in _notifiers(state) if notifier.get("uid")}


def _following(notifiers: list[Values], former: list[Values], shape: Property) -> list[Values]:
    """The notifiers, each with the uid of the former one that it follows, or ""; the same one first, else any left."""
    left = list(former)
    uids = []
    for notifier in notifiers:
        same = next((f for f in left if f["uid"] == notifier.get("uid") or equal(f, notifier, shape.items)), None)
        left = [one for one in left if one is not same]
        uids.append(same["uid"] if same else notifier.get("uid", ""))
    return [
        notifier | {"uid": uid or (left.pop(0)["uid"] if left else "")}
        for notifier, uid in zip(notifiers, uids, strict=True)
    ]


def _request(inputs: Values, block: str, notifier: Values) -> dict[str, Any]:
    receiver = RECEIVERS[block]
    body = {
        "name": inputs["name"],
        "type": receiver.type,
        "settings": receiver.settings(notifier),
        "disableResolveMessage": notifier["disableResolveMessage"],
        "uid": notifier.get("uid", ""),
    }
    return {"body": body, "headers": headers(inputs), "hidden": list(secret_texts(notifier, receiver.shape))}


def _seen(found: Mapping[str, Any], block: str, known: Values) -> Values:
    own = RECEIVERS[block].seen(found.get("settings") or {}, known)
    return {**own, "uid": found["uid"], "disableResolveMessage": bool(found.get("disableResolveMessage"))}
