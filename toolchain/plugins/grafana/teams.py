"""`Team`: users by email address, and their preferences."""

from collections.abc import Mapping
from typing import Any, ClassVar

from toolchain.plugins.framework import (
    Property,
    Resource,
    Result,
    Table,
    Values,
    boolean,
    integer,
    one_of,
    record,
    string,
    unordered,
)
from toolchain.plugins.grafana.client import CONFLICTS, Grafana, GrafanaError
from toolchain.plugins.grafana.org import adopt, join, org_id, organisation, split
from toolchain.plugins.grafana.texts import of_texts

_PREFERENCES = {
    "homeDashboardUid": "homeDashboardUID",
    "theme": "theme",
    "timezone": "timezone",
    "weekStart": "weekStart",
}
"""Input → Grafana's name of it."""
_MEMBER, _ADMIN = 0, 4
"""Grafana's permissions in a team."""
_ROLES = {"members": _MEMBER, "admins": _ADMIN}


@of_texts
def _same_email(old: str, new: str) -> bool:
    return old.lower() == new.lower()


def _emails() -> Property:
    return unordered(string(same=_same_email))


class Team(Resource[Grafana]):
    """A team. Its id is `organisation:number`.

    Members and administrators are each kept only where the input for them is given: others in the team stay.
    """

    token = "grafana:oss/team:Team"
    inputs: ClassVar[Table] = {
        "name": string(autoname=True),
        "email": string(),
        "members": _emails(),
        "admins": _emails(),
        "ignoreExternallySyncedMembers": boolean(default=True),
        "preferences": record(
            {
                "homeDashboardUid": string(),
                "theme": string(problem=one_of("light", "dark", "system", "")),
                "timezone": string(),
                "weekStart": string(problem=one_of("sunday", "monday", "saturday", "")),
            }
        ),
        "orgId": org_id(replaces=False),
        "teamSync": record({}, unsupported="it needs Grafana Enterprise"),
    }
    outputs: ClassVar[Table] = {"teamId": integer(), "teamUid": string()}

    @classmethod
    def replaces(cls, name: str, old: Any, new: Any) -> bool:
        """A team stays in its organisation; the schema, which says nothing of it, is silent on all replacement."""
        return name == "orgId" or super().replaces(name, old, new)

    def create(self, inputs: Values) -> Result:
        """POST /teams, then its members and preferences; a team that cannot be filled is removed again."""
        org = organisation(self.client, inputs)
        number = str(self._made(org, inputs))
        try:
            self._fill(org, number, {}, inputs)
            made = self.read(join(org, number), inputs)
        except GrafanaError:
            self.client.delete(f"/teams/{number}", org)
            raise
        if made is None:
            raise GrafanaError(f"team {inputs['name']!r} was made and is not there: is another run deleting it?")
        return made

    def read(self, resource_id: str, state: Values) -> Result | None:
        """GET /teams/:id, its members and its preferences."""
        org, number = split(self.client, resource_id)
        found = self.client.find(f"/teams/{number}", org)
        if found is None:
            return None
        seen = {
            "name": found["name"],
            "email": found.get("email") or ("" if state.get("email") == "" else None),
            "teamId": found["id"],
            "teamUid": found.get("uid", ""),
            "orgId": str(org),
            **self._seen_members(org, number, state),
        }
        if "preferences" in state or not state:
            preferences = self.client.get(f"/teams/{number}/preferences", org)
            seen["preferences"] = _seen_preferences(preferences, state)
        return Result(id=join(org, number), outputs=seen)

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:
        """PUT /teams/:id, then who and what changed."""
        org, number = split(self.client, resource_id)
        if changed & {"name", "email"}:
            body = {"name": inputs["name"], "email": inputs.get("email", "")}
            self.client.send("PUT", f"/teams/{number}", org, body=body)
        self._fill(org, number, state, inputs)
        made = self.read(resource_id, inputs)
        return made.outputs if made else {}

    def delete(self, resource_id: str, state: Values) -> None:  # noqa: ARG002
        """DELETE /teams/:id."""
        org, number = split(self.client, resource_id)
        self.client.delete(f"/teams/{number}", org)

    def _made(self, org: int, inputs: Values) -> int:
        body = {"name": inputs["name"], "email": inputs.get("email", "")}
        try:
            made: int = self.client.send("POST", "/teams", org, body=body)["teamId"]
        except GrafanaError as error:
            found = self.client.get("/teams/search", org, name=inputs["name"]) if error.status in CONFLICTS else {}
            if not found.get("teams"):
                raise
            hint = f"{adopt(self.token, org, found['teams'][0]['id'])}, or choose another name"
            raise GrafanaError(f"{error}; {hint}", error.status) from None
        return made

    def _fill(self, org: int, number: str, state: Values, inputs: Values) -> None:
        before, after = _wanted(state), _wanted(inputs)
        if before != after:
            self._keep_members(org, number, before, after)
        if state.get("preferences", {}) != inputs.get("preferences", {}):
            wanted = {theirs: inputs.get("preferences", {}).get(ours, "") for ours, theirs in _PREFERENCES.items()}
            self.client.send("PUT", f"/teams/{number}/preferences", org, body=wanted)

    def _keep_members(self, org: int, number: str, before: Mapping[str, int], after: Mapping[str, int]) -> None:
        path = f"/teams/{number}/members"
        there = {one["email"].lower(): one for one in self.client.get(path, org)}
        for email in before.keys() - after.keys():
            if email in there:
                self.client.delete(f"{path}/{there[email]['userId']}", org)
        users = self._users(org) if after.keys() - there.keys() else {}
        for email, permission in after.items():
            known = there.get(email)
            user = known["userId"] if known else self._user(users, email, org)
            if known is None:
                self.client.send("POST", path, org, body={"userId": user})
            if permission != (known["permission"] if known else _MEMBER):
                self.client.send("PUT", f"{path}/{user}", org, body={"permission": permission})

    def _users(self, org: int) -> dict[str, int]:
        return {user["email"].lower(): user["userId"] for user in self.client.get("/org/users", org)}

    def _user(self, users: Mapping[str, int], email: str, org: int) -> int:
        if email not in users:
            raise GrafanaError(f"no user of organisation {org} has the email address {email!r}: invite them first")
        return users[email]

    def _seen_members(self, org: int, number: str, state: Values) -> Values:
        kept = [name for name in _ROLES if name in state or not state]
        if not kept:
            return {}
        found = self.client.get(f"/teams/{number}/members", org)
        if state.get("ignoreExternallySyncedMembers", True):
            found = [one for one in found if not one.get("labels")]
        emails = {name: [one["email"] for one in found if one["permission"] == _ROLES[name]] for name in kept}
        return {name: found or ([] if name in state else None) for name, found in emails.items()}


def _wanted(values: Values) -> dict[str, int]:
    """Email address in lower case → permission."""
    return {email.lower(): permission for name, permission in _ROLES.items() for email in values.get(name, [])}


def _seen_preferences(found: Mapping[str, Any], state: Values) -> Values | None:
    seen = {ours: found[theirs] for ours, theirs in _PREFERENCES.items() if found.get(theirs)}
    return seen or ({} if "preferences" in state else None)
