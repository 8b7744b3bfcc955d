"""The fake's folders with their permissions, dashboards, data sources, service accounts and teams."""

import copy
from typing import Any

from tests.toolchain.plugins.grafana.fake import VIEWER_TOKEN, Answer, Fake, Org, Refused, Request, found, route

ROLES = (("Editor", "Edit"), ("Viewer", "View"))
RIGHTS = (
    *("alert.provisioning:read", "alert.provisioning:write"),
    *("dashboards:create", "dashboards:delete", "dashboards:read", "dashboards:write"),
    *("datasources:create", "datasources:delete", "datasources:query", "datasources:read", "datasources:write"),
    *("folders:create", "folders:delete", "folders:read", "folders:write"),
    *("folders.permissions:read", "folders.permissions:write", "org.users:read"),
    *("serviceaccounts:create", "serviceaccounts:delete", "serviceaccounts:read", "serviceaccounts:write"),
    *("teams:create", "teams:delete", "teams:read", "teams:write", "teams.permissions:read", "teams.permissions:write"),
)
"""Some of what administrators of an organisation may."""


def slug(title: str) -> str:
    return title.lower().replace(" ", "-")


@route("POST", "/folders")
def make_folder(fake: Fake, org: Org, request: Request) -> Answer:
    uid = request.body.get("uid") or fake.uid()
    if uid in org.folders:
        raise Refused(409, "a folder of this uid is there already")
    org.folders[uid] = {"uid": uid, "title": request.body["title"], "parentUid": request.body.get("parentUid", "")}
    org.permissions[uid] = first_permissions(request.user, nested=bool(request.body.get("parentUid")))
    return 200, folder(org, uid)


@route("GET", "/folders/:uid")
def get_folder(_fake: Fake, org: Org, _request: Request, uid: str) -> Answer:
    return 200, folder(org, uid)


@route("PUT", "/folders/:uid")
def rename_folder(_fake: Fake, org: Org, request: Request, uid: str) -> Answer:
    folder(org, uid)
    org.folders[uid]["title"] = request.body["title"]
    return 200, folder(org, uid)


@route("POST", "/folders/:uid/move")
def move_folder(_fake: Fake, org: Org, request: Request, uid: str) -> Answer:
    folder(org, uid)
    org.folders[uid]["parentUid"] = request.body["parentUid"]
    return 200, folder(org, uid)


@route("DELETE", "/folders/:uid")
def delete_folder(_fake: Fake, org: Org, request: Request, uid: str) -> Answer:
    folder(org, uid)
    rules = [key for key in org.groups if key[0] == uid]
    if rules and request.query.get("forceDeleteRules") != "true":
        raise Refused(400, "there are rules in the folder")
    for key in rules:
        del org.groups[key]
    for inside in [key for key, one in org.dashboards.items() if one["folderUid"] == uid]:
        del org.dashboards[inside]
    del org.folders[uid]
    org.permissions.pop(uid, None)
    return 200, {"message": "Folder deleted"}


@route("GET", "/search")
def search(_fake: Fake, org: Org, request: Request) -> Answer:
    uid = request.query["folderUIDs"]
    return 200, [{"title": one["model"]["title"]} for one in org.dashboards.values() if one["folderUid"] == uid]


def folder(org: Org, uid: str) -> dict[str, Any]:
    there = found(org.folders, uid, "folder not found")
    return {key: value for key, value in there.items() if value} | {
        "url": f"/dashboards/f/{uid}/{slug(there['title'])}"
    }


def first_permissions(user: int, *, nested: bool) -> list[Any]:
    """What Grafana gives to the user who makes a folder, and, at the top, to the roles."""
    made_by = [permission("userId", user, "Admin")] if user else []
    roles = [] if nested else [permission("builtInRole", role, may) for role, may in ROLES]
    return [*made_by, *roles]


def permission(kind: str, which: str | int, may: str) -> dict[str, Any]:
    nobody = {"userId": 0, "teamId": 0, "builtInRole": ""}
    return {**nobody, kind: which, "permission": may, "isManaged": True, "isInherited": False}


@route("GET", "/access-control/folders/:uid")
def get_permissions(_fake: Fake, org: Org, _request: Request, uid: str) -> Answer:
    folder(org, uid)
    by_role = permission("builtInRole", "Admin", "Admin") | {"isManaged": False}
    from_above = permission("userId", 3, "View") | {"isInherited": True}
    return 200, [by_role, from_above, *org.permissions.get(uid, [])]


@route("GET", "/access-control/user/permissions")
def get_rights(_fake: Fake, _org: Org, request: Request) -> Answer:
    mine = ("datasources:query",) if request.headers["authorization"] == f"Bearer {VIEWER_TOKEN}" else RIGHTS
    return 200, {action: ["*"] for action in mine}


@route("POST", "/access-control/folders/:uid")
def change_permissions(fake: Fake, org: Org, request: Request, uid: str) -> Answer:
    folder(org, uid)
    if fake.takes_all and any(not one["permission"] for one in request.body["permissions"]):
        org.permissions[uid] = []
        return 200, {"message": "Permissions updated"}
    there = {subject(one): one for one in org.permissions.get(uid, [])}
    for one in request.body["permissions"]:
        kind, which = subject(one)
        known = {"teamId": org.teams, "userId": {user["userId"] for user in org.users}}
        if kind in known and which not in known[kind]:
            raise Refused(400, f"{kind} {which} not found")
        there.pop((kind, which), None)
        if one["permission"]:
            there[kind, which] = permission(kind, which, one["permission"])
    org.permissions[uid] = list(there.values())
    return 200, {"message": "Permissions updated"}


def subject(one: dict[str, Any]) -> tuple[str, Any]:
    [found] = [(kind, one[kind]) for kind in ("teamId", "userId", "builtInRole") if one.get(kind)]
    return found


@route("POST", "/dashboards/db")
def save_dashboard(fake: Fake, org: Org, request: Request) -> Answer:
    body = request.body
    model = copy.deepcopy(body["dashboard"])
    uid = model.get("uid") or fake.uid()
    there = org.dashboards.get(uid)
    if there and not body["overwrite"]:
        raise Refused(412, "a dashboard of this uid is there already")
    if body["folderUid"] and body["folderUid"] not in org.folders:
        raise Refused(400, "folder not found")
    number, version = (there["model"]["id"], there["model"]["version"] + 1) if there else (fake.number(), 1)
    model |= {"id": number, "uid": uid, "version": version}
    org.dashboards[uid] = {"model": model, "folderUid": body["folderUid"], "message": body["message"]}
    return 200, {"id": number, "uid": uid, "version": version, "status": "success"}


@route("GET", "/dashboards/uid/:uid")
def get_dashboard(_fake: Fake, org: Org, _request: Request, uid: str) -> Answer:
    there = found(org.dashboards, uid, "Dashboard not found")
    url = f"/d/{uid}/{slug(there['model']['title'])}"
    return 200, {"dashboard": there["model"], "meta": {"url": url, "folderUid": there["folderUid"]}}


@route("DELETE", "/dashboards/uid/:uid")
def delete_dashboard(_fake: Fake, org: Org, _request: Request, uid: str) -> Answer:
    found(org.dashboards, uid, "Dashboard not found")
    del org.dashboards[uid]
    return 200, {"message": "Dashboard deleted"}


@route("POST", "/datasources")
def make_data_source(fake: Fake, org: Org, request: Request) -> Answer:
    uid = request.body.get("uid") or fake.uid()
    taken = uid in org.data_sources or any(one["name"] == request.body["name"] for one in org.data_sources.values())
    if taken:
        raise Refused(409, "a data source of this name or uid is there already")
    if request.body["type"] == "refused":
        raise Refused(400, f"bad settings: {request.body['secureJsonData']}")
    org.data_sources[uid] = request.body | {"uid": uid, "id": fake.number(), "orgId": request.org}
    return 200, {"datasource": data_source(org, uid), "message": "Datasource added"}


@route("GET", "/datasources/uid/:uid")
def get_data_source(_fake: Fake, org: Org, _request: Request, uid: str) -> Answer:
    return 200, data_source(org, uid)


@route("GET", "/datasources/name/:name")
def get_data_source_by_name(_fake: Fake, org: Org, _request: Request, name: str) -> Answer:
    by_name = {one["name"]: uid for uid, one in org.data_sources.items()}
    return 200, data_source(org, found(by_name, name, "Data source not found"))


@route("PUT", "/datasources/uid/:uid")
def change_data_source(_fake: Fake, org: Org, request: Request, uid: str) -> Answer:
    there = found(org.data_sources, uid, "Data source not found")
    secrets = there["secureJsonData"] | request.body["secureJsonData"]
    org.data_sources[uid] = there | request.body | {"secureJsonData": secrets}
    return 200, {"datasource": data_source(org, uid), "message": "Datasource updated"}


@route("DELETE", "/datasources/uid/:uid")
def delete_data_source(_fake: Fake, org: Org, _request: Request, uid: str) -> Answer:
    found(org.data_sources, uid, "Data source not found")
    del org.data_sources[uid]
    return 200, {"message": "Data source deleted"}


def data_source(org: Org, uid: str) -> dict[str, Any]:
    there = found(org.data_sources, uid, "Data source not found")
    shown = {key: value for key, value in there.items() if key != "secureJsonData"}
    return shown | {"secureJsonFields": dict.fromkeys(there["secureJsonData"], True)}


@route("POST", "/serviceaccounts")
def make_account(fake: Fake, org: Org, request: Request) -> Answer:
    if any(one["name"] == request.body["name"] for one in org.accounts.values()):
        raise Refused(400, "a service account of this name is there already")
    number = fake.number()
    org.accounts[number] = request.body | {"id": number, "orgId": request.org, "tokens": {}}
    return 201, account(org, number)


@route("GET", "/serviceaccounts/search")
def search_accounts(_fake: Fake, org: Org, request: Request) -> Answer:
    numbers = [number for number, one in org.accounts.items() if request.query["query"] in one["name"]]
    return 200, {"serviceAccounts": [account(org, number) for number in numbers]}


@route("GET", "/serviceaccounts/:id")
def get_account(_fake: Fake, org: Org, _request: Request, number: str) -> Answer:
    return 200, account(org, int(number))


@route("PATCH", "/serviceaccounts/:id")
def change_account(_fake: Fake, org: Org, request: Request, number: str) -> Answer:
    account(org, int(number))
    org.accounts[int(number)] |= request.body
    return 200, {"serviceaccount": account(org, int(number))}


@route("DELETE", "/serviceaccounts/:id")
def delete_account(_fake: Fake, org: Org, _request: Request, number: str) -> Answer:
    account(org, int(number))
    del org.accounts[int(number)]
    return 200, {"message": "Service account deleted"}


@route("POST", "/serviceaccounts/:id/tokens")
def make_token(fake: Fake, org: Org, request: Request, number: str) -> Answer:
    tokens = found(org.accounts, int(number), "service account not found")["tokens"]
    if any(one["name"] == request.body["name"] for there in org.accounts.values() for one in there["tokens"].values()):
        raise Refused(400, "a token of this name is there already")
    token = fake.number()
    lives = request.body["secondsToLive"]
    tokens[token] = {
        "id": token,
        "name": request.body["name"],
        "expiration": "2031-01-02T03:04:05Z" if lives else None,
        "hasExpired": False,
    }
    return 200, {"id": token, "name": request.body["name"], "key": f"glsa_key-{token}"}


@route("GET", "/serviceaccounts/:id/tokens")
def get_tokens(_fake: Fake, org: Org, _request: Request, number: str) -> Answer:
    return 200, list(found(org.accounts, int(number), "service account not found")["tokens"].values())


@route("DELETE", "/serviceaccounts/:id/tokens/:token")
def delete_token(_fake: Fake, org: Org, _request: Request, number: str, token: str) -> Answer:
    tokens = found(org.accounts, int(number), "service account not found")["tokens"]
    found(tokens, int(token), "service account token not found")
    del tokens[int(token)]
    return 200, {"message": "Service account token deleted"}


def account(org: Org, number: int) -> dict[str, Any]:
    return {k: v for k, v in found(org.accounts, number, "service account not found").items() if k != "tokens"}


@route("POST", "/teams")
def make_team(fake: Fake, org: Org, request: Request) -> Answer:
    if any(one["name"] == request.body["name"] for one in org.teams.values()):
        raise Refused(409, "Team name taken")
    number = fake.number()
    # Grafana makes the user who makes a team its administrator; a service account is no user.
    members = {request.user: 4} if request.user else {}
    org.teams[number] = request.body | {"id": number, "uid": f"team-{number}", "members": members, "preferences": {}}
    return 200, {"message": "Team created", "teamId": number, "uid": f"team-{number}"}


@route("GET", "/teams/search")
def search_teams(_fake: Fake, org: Org, request: Request) -> Answer:
    return 200, {"teams": [team(one) for one in org.teams.values() if one["name"] == request.query["name"]]}


@route("GET", "/teams/:id")
def get_team(_fake: Fake, org: Org, _request: Request, number: str) -> Answer:
    return 200, team(found(org.teams, int(number), "Team not found"))


@route("PUT", "/teams/:id")
def change_team(_fake: Fake, org: Org, request: Request, number: str) -> Answer:
    found(org.teams, int(number), "Team not found").update(request.body)
    return 200, {"message": "Team updated"}


@route("DELETE", "/teams/:id")
def delete_team(_fake: Fake, org: Org, _request: Request, number: str) -> Answer:
    found(org.teams, int(number), "Team not found")
    del org.teams[int(number)]
    return 200, {"message": "Team deleted"}


@route("GET", "/teams/:id/members")
def get_members(_fake: Fake, org: Org, _request: Request, number: str) -> Answer:
    there = found(org.teams, int(number), "Team not found")
    emails = {user["userId"]: user["email"] for user in org.users}
    synced = there.get("synced", [])
    return 200, [
        {"userId": user, "email": emails[user], "permission": permission, "labels": ["LDAP"] if user in synced else []}
        for user, permission in there["members"].items()
    ]


@route("POST", "/teams/:id/members")
def add_member(_fake: Fake, org: Org, request: Request, number: str) -> Answer:
    there = found(org.teams, int(number), "Team not found")
    if request.body["userId"] in there["members"]:
        raise Refused(400, "this user is in the team already")
    there["members"][request.body["userId"]] = 0
    return 200, {"message": "Member added to Team"}


@route("PUT", "/teams/:id/members/:user")
def change_member(_fake: Fake, org: Org, request: Request, number: str, user: str) -> Answer:
    members = found(org.teams, int(number), "Team not found")["members"]
    found(members, int(user), "Team member not found")
    members[int(user)] = request.body["permission"]
    return 200, {"message": "Team member updated"}


@route("DELETE", "/teams/:id/members/:user")
def remove_member(_fake: Fake, org: Org, _request: Request, number: str, user: str) -> Answer:
    members = found(org.teams, int(number), "Team not found")["members"]
    found(members, int(user), "Team member not found")
    del members[int(user)]
    return 200, {"message": "Team Member removed"}


@route("GET", "/teams/:id/preferences")
def get_preferences(_fake: Fake, org: Org, _request: Request, number: str) -> Answer:
    return 200, found(org.teams, int(number), "Team not found")["preferences"]


@route("PUT", "/teams/:id/preferences")
def put_preferences(_fake: Fake, org: Org, request: Request, number: str) -> Answer:
    found(org.teams, int(number), "Team not found")["preferences"] = request.body
    return 200, {"message": "Preferences updated"}


@route("GET", "/org/users")
def get_users(_fake: Fake, org: Org, _request: Request) -> Answer:
    return 200, org.users


def team(there: dict[str, Any]) -> dict[str, Any]:
    return {key: there[key] for key in ("id", "uid", "name", "email")}
