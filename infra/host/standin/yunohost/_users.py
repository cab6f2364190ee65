# SPDX-License-Identifier: MIT
#
# The user commands with the real one's order of checks and effects, so that a command that is
# killed in between leaves the same half-made accounts, and its reads hide the same things.

import csv
import io
import os
import random
import re
import shutil
import subprocess
import time

from . import _passwords
from ._host import (
    Command,
    HostError,
    change,
    effect,
    fault,
    last_for,
    log_line,
    operation_text,
    open_operation,
    point,
    proof_of,
    say,
    settings,
    state,
    system_accounts,
)
from .utils.ldap import _get_ldap_interface

RESERVED = ("root", "admin", "admins", "webmaster", "postmaster", "abuse")
SHELLS = ("/bin/bash", "/bin/sh", "/bin/false", "/usr/sbin/nologin")


def home_of(name):
    return os.path.join(settings["home_folder"], name)


def mailbox_of(name):
    return os.path.join(settings["mail_folder"], name)


def unique(**values):
    for attribute, value in values.items():
        if _get_ldap_interface().search(None, "%s=%s" % (attribute, value)):
            say("INFO", "attribute '%s' with value '%s' is not unique" % (attribute, value))
            raise HostError("LDAP attribute '%s' already exists with value '%s'" % (attribute, value))


def sync_permissions():
    """What LDAP says of permissions is made anew from the groups, as a whole."""
    with change() as current:
        for name, user in current["users"].items():
            groups = {group for group, one in current["groups"].items() if name in one["members"]}
            user["permission"] = [
                permission
                for permission, allowed in current["permissions"].items()
                if groups & set(allowed)
            ]


def set_members(group, changed):
    """Reads, and then writes the whole list: two at once lose one."""
    members = list(state()["groups"][group]["members"])
    time.sleep(settings["race_window"])
    with change() as current:
        current["groups"][group]["members"] = changed(members)


def run_hooks(action, args, environment):
    folder = os.path.join(settings["hook_folder"], action)
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        done = subprocess.run(
            ["bash", "-x", path, *args],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        # The trace shows what the hook expands, the password too.
        for line in (done.stdout + done.stderr).splitlines():
            log_line("DEBUG", line)
            operation_text(line + "\n")
        if done.returncode != 0:
            for line in done.stderr.splitlines():
                say("WARNING", line)
            say("ERROR", "Could not run script: %s" % path)


def make_home(name):
    home = home_of(name)
    if fault("no_home"):
        say("WARNING", "No home folder could be made for the user")
        return
    os.makedirs(home, mode=0o755, exist_ok=True)
    if not fault("disk_full", "home"):
        with open(os.path.join(home, ".profile"), "w", encoding="utf-8") as file:
            file.write("umask 027\n")
    effect("home_created", name)


def check_new(name, password, domain):
    _passwords.check(password)
    if domain is None:
        raise HostError("Not a tty, can't do interactive prompts")
    if domain not in settings["domains"]:
        raise HostError("Domain '%s' unknown" % domain)
    if name in state()["users"]:
        raise HostError("The user '%s' already exists" % name)
    try:
        unique(uid=name, mail="%s@%s" % (name, domain), cn=name)
    except HostError as error:
        raise HostError("Could not create user %s: %s" % (name, error)) from error
    if name in system_accounts():
        raise HostError("This name is in the list of system users")
    if name in RESERVED:
        raise HostError("This address is reserved for the admins group")


def add_entry(name, fullname, password, domain, quota, shell):
    entry = {
        "fullname": fullname,
        "mail": ["%s@%s" % (name, domain)],
        "forwards": [],
        "quota": quota or "0",
        "shell": shell,
        "uid": random.randint(1001, 65000),
        "password": _passwords.hashed(password),
        "permission": [],
    }
    if len(name) > 255:
        raise HostError("Could not create user %s: error during LDAP add: %s" % (name, entry))
    with change() as current:
        current["users"][name] = entry
    facts = {"full_name": fullname, "mail": entry["mail"][0], "password": proof_of(password)}
    effect("user_created", name, **facts)


def make_account(name, fullname, password, domain, quota, shell, from_import=False):
    fullname = fullname.strip()
    check_new(name, password, domain)
    if not from_import:
        open_operation(name)
    if shell not in SHELLS:
        raise HostError("Invalid shell: %s" % shell)
    point("start")
    if fault("no_effect"):
        return
    last_for(0.3)
    add_entry(name, fullname, password, domain, quota, shell)
    point("ldap")
    make_home(name)
    point("home")
    with change() as current:
        current["groups"][name] = {"members": [name], "mail": []}
    point("primary_group")
    say("INFO", "The user '%s' will be added to the group 'all_users'" % name)
    if not fault("lost_update"):
        set_members("all_users", lambda members: sorted({*members, name}))
    point("all_users")
    last_for(0.5)
    sync_permissions()
    point("permission_sync")
    if fault("no_catalog"):
        raise HostError("%s: Unable to download the default app catalog" % name)
    first, _, last = fullname.partition(" ")
    mail = "%s@%s" % (name, domain)
    words = {"USERNAME": name, "MAIL": mail, "PASSWORD": password, "FIRSTNAME": first}
    words["LASTNAME"] = last or " "
    run_hooks("post_user_create", [name, mail], {"YNH_USER_" + key: one for key, one in words.items()})
    point("hooks")


def create(args):
    make_account(
        args.username, args.fullname, args.password, args.domain, args.mailbox_quota, args.loginShell
    )
    say("SUCCESS", "User created")
    mail = "%s@%s" % (args.username, args.domain)
    return {"fullname": args.fullname.strip(), "username": args.username, "mail": mail}


def find(filter):
    try:
        found = _get_ldap_interface().search("ou=users", filter, ["uid"])
    except ValueError as error:
        raise HostError("error during LDAP search: Bad search filter") from error
    if not found:
        raise HostError("Unknown user: %s" % filter.partition("=")[2])
    return found[0]["uid"][0]


def groups_of(name):
    return [group for group, one in state()["groups"].items() if name in one["members"]]


def changed_mails(args, user):
    mails, forwards = list(user["mail"]), list(user["forwards"])
    for mail in [args.mail] if args.mail else args.add_mailalias or []:
        if mail.split("@")[1] not in settings["domains"]:
            raise HostError("Domain '%s' unknown" % mail.split("@")[1])
        if mail not in mails:
            try:
                unique(mail=mail)
            except HostError as error:
                raise HostError("Could not update user %s: %s" % (args.username, error)) from error
        others = [one for one in mails if one != mail]
        mails = [mail, *others[1:]] if args.mail else [*others, mail]
    for mail in args.remove_mailalias or []:
        if mail not in mails[1:]:
            raise HostError("The alias '%s' is not there" % mail)
        mails.remove(mail)
    forwards += [one for one in args.add_mailforward or [] if one not in forwards]
    for mail in args.remove_mailforward or []:
        if mail not in forwards:
            raise HostError("Could not remove the forwarding 'None'")
        forwards.remove(mail)
    return mails, forwards


def update(args):
    found = _get_ldap_interface().search("ou=users", "uid=" + args.username, ["uid"])
    if not found:
        raise HostError("Unknown user: %s" % args.username)
    name = found[0]["uid"][0]
    user = state()["users"][name]
    changes, facts = {}, {}
    if args.fullname and args.fullname.strip():
        changes["fullname"] = facts["full_name"] = " ".join(args.fullname.split())
    if args.change_password:
        if not groups_of(name):
            raise KeyError("memberOf")
        _passwords.check(args.change_password)
        changes["password"] = _passwords.hashed(args.change_password)
        facts["password"] = proof_of(args.change_password)
    changes["mail"], changes["forwards"] = changed_mails(args, user)
    if args.mailbox_quota is not None:
        changes["quota"] = args.mailbox_quota
    if args.loginShell not in SHELLS:
        raise HostError("Invalid shell: %s" % args.loginShell)
    changes["shell"] = args.loginShell
    open_operation(args.username)
    point("start")
    last_for(0.4)
    if not fault("no_effect"):
        if name != args.username:
            raise HostError("Could not update user %s: no such object" % args.username)
        with change() as current:
            current["users"][name].update(changes)
        effect("user_updated", name, **facts)
    point("ldap")
    environment = {"YNH_USER_USERNAME": name}
    if args.change_password:
        environment["YNH_USER_PASSWORD"] = args.change_password
        say("INFO", "Invalidating sessions")
    run_hooks("post_user_update", [], environment)
    point("hooks")
    say("SUCCESS", "User info changed")
    return info_of(name)


def delete(args):
    name = args.username
    current = state()
    if name not in current["users"]:
        raise HostError("Unknown user: %s" % name)
    last_admin = current["groups"]["admins"]["members"] == [name]
    if last_admin and args.force:
        raise HostError("The last administrator cannot be deleted")
    open_operation(name)
    point("start")
    if fault("no_effect"):
        return
    if name in current["groups"]["all_users"]["members"]:
        set_members("all_users", lambda members: [one for one in members if one != name])
    else:
        say("WARNING", "User %s is not in group all_users" % name)
    point("all_users")
    if last_admin:
        raise HostError("The last administrator cannot be removed from its group")
    for group, one in current["groups"].items():
        if group not in ("all_users", name) and name in one["members"]:
            set_members(group, lambda members: [one for one in members if one != name])
    with change() as current:
        current["groups"].pop(name, None)
    point("primary_group")
    last_for(0.4)
    sync_permissions()
    point("permission_sync")
    with change() as current:
        current["users"].pop(name, None)
    effect("user_deleted", name)
    point("ldap")
    sync_permissions()
    point("sessions")
    if args.purge:
        shutil.rmtree(home_of(name), ignore_errors=True)
        shutil.rmtree(mailbox_of(name), ignore_errors=True)
        effect("user_purged", name)
    point("purge")
    run_hooks("post_user_delete", [name, str(args.purge)], {})
    say("SUCCESS", "User deleted")


# --- import -----------------------------------------------------------------------------------------

COLUMNS = ["username", "firstname", "lastname", "password", "mail", "mailbox-quota", "mail-alias"]
COLUMNS += ["mail-forward", "groups"]
NAME_PATTERN = r"[^\W\d_]+(?:[ ,.'-]{1,3}[^\W\d_]+)*[ ,.'-]{0,3}"


def bad_line(row):
    """Why a row spoils the whole file, or nothing."""
    if not re.fullmatch(r"[a-z0-9_.]+\n?", row["username"] or ""):
        return "username"
    for name in ("firstname", "lastname"):
        if not re.fullmatch(NAME_PATTERN, (row[name] or "").strip()):
            return name
    if not re.fullmatch(r"[\w.-]+@[^\s@]+", row["mail"] or ""):
        return "mail"
    if row["mail"].split("@")[1] not in settings["domains"]:
        return "unknown domains"
    groups = [one for one in (row["groups"] or "").split(",") if one]
    return "unknown groups" if any(one not in state()["groups"] for one in groups) else None


def read_rows(file):
    text = file.read()
    if not text:
        raise TypeError("'NoneType' object is not iterable")
    reader = csv.DictReader(io.StringIO(text), delimiter=";", quotechar='"')
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or [])]
    if missing:
        raise HostError("The following columns are missing: %s" % ", ".join(missing))
    rows, bad = list(reader), False
    for number, row in enumerate(rows, 1):
        reason = bad_line(row) or ("duplicate" if rows.index(row) + 1 != number else None)
        if reason:
            say("ERROR", "Incorrect line %d: %s" % (number, reason))
            bad = True
    if bad:
        raise HostError("The CSV file is not correctly formatted, nothing of it was done")
    return rows


def import_row(row):
    """True when the row counts as made. Its account may be complete when it does not."""
    name = row["username"].strip()
    say("INFO", "[####] > Creating %s" % name)
    fullname = "%s %s" % (row["firstname"].strip(), row["lastname"].strip())
    password = row["password"] or _passwords.secrets.token_urlsafe(50) + "aA1!"
    domain = row["mail"].split("@")[1]
    make_account(name, fullname, password, domain, row["mailbox-quota"], "/bin/bash", True)
    for group in [one for one in (row["groups"] or "").split(",") if one and one != "all_users"]:
        if group == "visitors":
            say("ERROR", "Could not update user %s: the group cannot be edited manually" % name)
            return False
        set_members(group, lambda members: sorted({*members, name}))
    aliases = [one for one in (row["mail-alias"] or "").split(",") if one]
    for mail in [row["mail"], *aliases]:
        mail.split("@")[1]
        if mail in state()["users"][name]["mail"]:
            continue
        try:
            unique(mail=mail)
        except HostError as error:
            say("ERROR", "Could not update user %s: %s" % (name, error))
            return False
        with change() as current:
            mails = current["users"][name]["mail"]
            current["users"][name]["mail"] = [mail] if mail == row["mail"] else [*mails, mail]
    say("INFO", "Invalidating sessions")
    return not fault("import_errors")


def replace_row(row):
    name = row["username"]
    with change() as current:
        user = current["users"][name]
        user["fullname"] = "%s %s" % (row["firstname"].strip(), row["lastname"].strip())
        user["mail"] = [row["mail"], *[one for one in (row["mail-alias"] or "").split(",") if one]]
        user["forwards"] = [one for one in (row["mail-forward"] or "").split(",") if one]
        if row["password"]:
            user["password"] = _passwords.hashed(row["password"])
    effect("user_updated", name)


def import_users(args):
    rows = read_rows(args.csvfile)
    users = state()["users"]
    fresh = [row for row in rows if row["username"] not in users]
    known = [row for row in rows if row["username"] in users and args.update]
    names = {row["username"] for row in rows}
    gone = [name for name in users if name not in names] if args.delete else []
    if not fresh and not known and not gone:
        say("INFO", "No user needs to be imported")
        return {}
    open_operation(None)
    counts = {"created": 0, "updated": 0, "deleted": 0, "errors": 0}
    for name in gone:
        args.username, args.purge, args.force = name, True, False
        delete(args)
        counts["deleted"] += 1
    for row in fresh:
        try:
            counts["created" if import_row(row) else "errors"] += 1
        except HostError as error:
            if "app catalog" in str(error):
                raise
            say("ERROR", "%s: %s" % (row["username"], error))
            counts["errors"] += 1
    for row in known:
        if not groups_of(row["username"]):
            raise KeyError("memberOf")
        replace_row(row)
        counts["updated"] += 1
    if known:
        sync_permissions()
    if counts["errors"]:
        part = "partially" if counts["created"] else "completely"
        say("ERROR", "The users import operation %s failed" % part)
    else:
        say("SUCCESS", "Users successfully imported")
    return counts


# --- reads ------------------------------------------------------------------------------------------

FIELDS = {
    "username": lambda name, user: name,
    "fullname": lambda name, user: user["fullname"],
    "mail": lambda name, user: user["mail"][0],
    "mail-alias": lambda name, user: user["mail"][1:],
    "mail-forward": lambda name, user: user["forwards"],
    "mailbox-quota": lambda name, user: user["quota"],
    "groups": lambda name, user: [
        one for one in groups_of(name) if one not in ("all_users", name)
    ],
    # True when login is switched off, whatever its name promises.
    "shell": lambda name, user: user["shell"] == "/bin/false",
    "home-path": lambda name, user: "/home/" + name,
}


def user_list(args):
    fields = args.fields or ["username", "fullname", "mail", "mailbox-quota"]
    for field in fields:
        if field not in FIELDS:
            raise HostError("Invalid field '%s'" % field)
    _get_ldap_interface()
    users = state()["users"]
    return {
        "users": {
            name: {field: FIELDS[field](name, user) for field in fields}
            for name, user in users.items()
        }
    }


def info_of(name, asked=None):
    user = state()["users"][name]
    limited = not re.match("0[bkMGT]?", user["quota"])
    use = "?" if asked not in (None, name) else "0 (0%)" if limited else "0"
    return {
        "username": name,
        "fullname": user["fullname"],
        "mail": user["mail"][0],
        "loginShell": user["shell"],
        "mail-aliases": user["mail"][1:],
        "mail-forward": user["forwards"],
        "mailbox-quota": {"limit": user["quota"] if limited else "No quota", "use": use},
    }


def info(args):
    attribute = "mail" if args.username.count("@") == 1 else "uid"
    return info_of(find("%s=%s" % (attribute, args.username)), args.username)


def export(args):
    rows = io.StringIO()
    writer = csv.writer(rows, delimiter=";", quotechar='"')
    writer.writerow(COLUMNS)
    for name, user in state()["users"].items():
        first, _, last = user["fullname"].partition(" ")
        mails = [user["mail"][0], user["quota"], ",".join(user["mail"][1:])]
        others = [one for one in groups_of(name) if one not in ("all_users", name)]
        writer.writerow([name, first, last, "", *mails, ",".join(user["forwards"]), ",".join(others)])
    return rows.getvalue().rstrip()


def group_list(args):
    _get_ldap_interface()
    current = state()
    shown = {}
    for name, group in current["groups"].items():
        if name in current["users"] and not args.include_primary_groups:
            continue
        shown[name] = {"members": group["members"]}
        if args.full:
            granted = [one for one, allowed in current["permissions"].items() if name in allowed]
            shown[name]["permissions"] = granted
    return {"groups": shown}


def group_info(args):
    _get_ldap_interface()
    group = state()["groups"].get(args.groupname)
    if group is None:
        raise HostError("The group '%s' is unknown" % args.groupname)
    return {"members": group["members"], "permissions": [], "mail-aliases": group["mail"]}


def permission_of(current, name):
    """From the groups, not from what LDAP has of it: complete before the sync already."""
    allowed = current["permissions"][name]
    members = {one for group in allowed for one in current["groups"][group]["members"]}
    return {"allowed": allowed, "corresponding_users": sorted(members)}


def permission_list(args):
    _get_ldap_interface()
    current = state()
    names = [one for one in current["permissions"] if not args.apps or one.split(".")[0] in args.apps]
    return {"permissions": {name: permission_of(current, name) for name in names}}


def permission_info(args):
    _get_ldap_interface()
    current = state()
    name = args.permission if "." in args.permission else args.permission + ".main"
    if name not in current["permissions"]:
        raise HostError("Permission '%s' not found" % args.permission)
    return permission_of(current, name)


def ldapsync(args):
    point("start")
    if not fault("no_effect"):
        sync_permissions()
        effect("permissions_synced")


def versions(args):
    moulinette = settings["version"].split(".")[0] + ".0"
    return {
        "yunohost": {"repo": "stable", "version": settings["version"]},
        "moulinette": {"repo": "stable", "version": moulinette},
    }


def set_user(args):
    Command.user = getattr(args, "username", None)
