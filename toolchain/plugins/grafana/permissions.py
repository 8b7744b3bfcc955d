"""`FolderPermission`: who may see and change what is in a folder."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from toolchain.plugins.framework import Resource, Result, Table, Values, one_of, record, string, unordered
from toolchain.plugins.grafana.client import Grafana, GrafanaError, part
from toolchain.plugins.grafana.folders import uid_problem
from toolchain.plugins.grafana.org import join, org_id, organisation, split, split_plain
from toolchain.plugins.grafana.texts import of_texts

_NOBODY = "0"
_WHO = {"teamId": "teamId", "userId": "userId", "role": "builtInRole"}
"""Input → Grafana's name of it."""
_Subject = tuple[str, str]
"""Grafana's name of a kind, and which one of it."""


@of_texts
def _same_number(old: str, new: str) -> bool:
    return split_plain(old)[1] == split_plain(new)[1]


class FolderPermission(Resource[Grafana]):
    """All permissions of a folder that can be given away: what is not named is taken. Its id is `organisation:uid`.

    Administrators of the organisation keep theirs, which come from their role.
    """

    token = "grafana:oss/folderPermission:FolderPermission"
    inputs: ClassVar[Table] = {
        "folderUid": string(required=True, problem=uid_problem),
        "permissions": unordered(
            record(
                {
                    "teamId": string(default=_NOBODY, same=_same_number),
                    "userId": string(default=_NOBODY, same=_same_number),
                    "role": string(problem=one_of("Viewer", "Editor", "Admin")),
                    "permission": string(required=True, problem=one_of("View", "Edit", "Admin")),
                }
            )
        ),
        "orgId": org_id(replaces=False),
    }

    @classmethod
    def problems(cls, inputs: Values) -> Iterable[tuple[str, str]]:
        """A permission that is nobody's, or of several at once."""
        given = inputs.get("permissions")
        for number, one in enumerate(given if isinstance(given, list) else []):
            if isinstance(one, Mapping) and len(_subjects(one)) != 1:
                yield f"permissions[{number}]", f"permissions[{number}] must name one of teamId, userId and role"

    @classmethod
    def replaces(cls, name: str, old: Any, new: Any) -> bool:
        """Another folder's permissions are another resource; the schema is silent on all replacement."""
        return name in ("folderUid", "orgId") or super().replaces(name, old, new)

    def create(self, inputs: Values) -> Result:
        """POST /access-control/folders/:uid where something differs from what is there."""
        org, uid = organisation(self.client, inputs), inputs["folderUid"]
        if self.client.find(f"/folders/{part(uid)}", org) is None:
            raise GrafanaError(f"folderUid={uid!r}: there is no such folder in organisation {org}")
        self._keep(org, uid, inputs)
        return Result(id=join(org, uid), outputs={"orgId": str(org)})

    def read(self, resource_id: str, state: Values) -> Result | None:  # noqa: ARG002
        """GET /access-control/folders/:uid; None where the folder is gone."""
        org, uid = split(self.client, resource_id)
        if self.client.find(f"/folders/{part(uid)}", org) is None:
            return None
        seen = [_shown(subject, permission) for subject, permission in self._there(org, uid).items()]
        return Result(id=join(org, uid), outputs={"folderUid": uid, "permissions": seen, "orgId": str(org)})

    def update(self, resource_id: str, state: Values, inputs: Values, changed: frozenset[str]) -> Values:  # noqa: ARG002
        """POST /access-control/folders/:uid where something differs from what is there."""
        org, uid = split(self.client, resource_id)
        self._keep(org, uid, inputs)
        return {"orgId": str(org)}

    def delete(self, resource_id: str, state: Values) -> None:  # noqa: ARG002
        """Take every permission, as the official plugin does: only administrators are left."""
        org, uid = split(self.client, resource_id)
        if self.client.find(f"/folders/{part(uid)}", org) is not None:
            self._keep(org, uid, {})

    def _keep(self, org: int, uid: str, inputs: Values) -> None:
        there = self._there(org, uid)
        wanted = {_subjects(one)[0]: one["permission"] for one in inputs.get("permissions", [])}
        taken = {subject: "" for subject in there if subject not in wanted}
        # By itself, and before all that is wanted: newer servers take everything where one is to be taken
        # (terraform-provider-grafana#2928).
        if taken:
            self._send(org, uid, taken)
        if wanted and wanted != there:
            self._send(org, uid, wanted)

    def _send(self, org: int, uid: str, permissions: Mapping[_Subject, str]) -> None:
        commands = [_command(subject, permission) for subject, permission in permissions.items()]
        self.client.send("POST", _path(uid), org, body={"permissions": commands})

    def _there(self, org: int, uid: str) -> dict[_Subject, str]:
        """What was given to somebody; what comes from a role or from the folder above cannot be taken here."""
        found = self.client.get(_path(uid), org)
        return {
            (theirs, str(one[theirs])): one["permission"]
            for one in found
            if one.get("isManaged") and not one.get("isInherited")
            for theirs in _WHO.values()
            if one.get(theirs)
        }


def _path(uid: str) -> str:
    return f"/access-control/folders/{part(uid)}"


def _subjects(permission: Mapping[str, Any]) -> list[_Subject]:
    return list(_named(permission))


def _named(permission: Mapping[str, Any]) -> Iterator[_Subject]:
    for ours, theirs in _WHO.items():
        given = permission.get(ours)
        plain = split_plain(given)[1] if isinstance(given, str) else given
        if plain not in (None, "", _NOBODY):
            yield theirs, plain


def _command(subject: _Subject, permission: str) -> Values:
    kind, which = subject
    return {kind: which if kind == _WHO["role"] else int(which), "permission": permission}


def _shown(subject: _Subject, permission: str) -> Values:
    kind, which = subject
    shown = {ours: which for ours, theirs in _WHO.items() if theirs == kind}
    return {"teamId": _NOBODY, "userId": _NOBODY, **shown, "permission": permission}
