# SPDX-License-Identifier: MIT
#
# Groups that an administrator makes by hand, and the list of apps: names that nobody can have any more.

import grp

from ._host import HostError, change, effect, open_operation, say, settings, state
from ._users import sync_permissions


def create(args):
    name = args.groupname
    if name in state()["groups"]:
        raise HostError("Group %s already exists" % name)
    if name in {one.gr_name for one in grp.getgrall()} | set(settings["apps"]):
        raise HostError("Group %s already exists on the system" % name)
    open_operation(name)
    with change() as current:
        current["groups"][name] = {"members": [], "mail": []}
    effect("group_created", name)
    sync_permissions()
    say("SUCCESS", "Group created")
    return {"name": name}


def delete(args):
    name, current = args.groupname, state()
    if name not in current["groups"]:
        raise HostError("The group '%s' is unknown" % name)
    if name in ("all_users", "visitors", "admins") or name in current["users"]:
        raise HostError("The group %s cannot be deleted" % name)
    open_operation(name)
    with change() as current:
        current["groups"].pop(name)
    effect("group_deleted", name)
    sync_permissions()
    say("SUCCESS", "Group deleted")


def app_list(args):
    facts = {"description": "An app", "version": "1.0~ynh1"}
    return {"apps": [{"id": one, "name": one.title(), **facts} for one in settings["apps"]]}
