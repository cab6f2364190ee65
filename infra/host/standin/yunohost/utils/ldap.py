# SPDX-License-Identifier: MIT
#
# The directory as the real package shows it: people and groups under one base, searched by simple
# filters. It tells what the command line hides about half-made accounts.

import fnmatch
import re
import time

from .. import _host

BASE = "dc=yunohost,dc=org"


def entries(state):
    for name, user in state["users"].items():
        yield "uid=%s,ou=users,%s" % (name, BASE), {
            "objectClass": ["inetOrgPerson", "mailAccount", "posixAccount", "person"],
            "uid": [name],
            "cn": [user["fullname"]],
            "displayName": [user["fullname"]],
            "mail": user["mail"],
            "maildrop": [name, *user["forwards"]],
            "loginShell": [user["shell"]],
            "mailuserquota": [user["quota"]],
            "uidNumber": [str(user["uid"])],
            "permission": ["cn=%s,ou=permission,%s" % (one, BASE) for one in user["permission"]],
            "userPassword": [user["password"]],
        }
    for name, group in state["groups"].items():
        yield "cn=%s,ou=groups,%s" % (name, BASE), {
            "objectClass": ["posixGroup", "groupOfNamesYnh"],
            "cn": [name],
            "mail": group["mail"],
            "member": ["uid=%s,ou=users,%s" % (one, BASE) for one in group["members"]],
        }
    for name in state["permissions"]:
        yield "cn=%s,ou=permission,%s" % (name, BASE), {"objectClass": ["permissionYnh"], "cn": [name]}


def fits(entry, filter):
    found = re.fullmatch(r"\(?([A-Za-z]+)=([^()]*)\)?", filter)
    if not found:
        raise ValueError("Bad search filter")
    name, pattern = found.groups()
    values = entry.get(name, [])
    # Brackets mean nothing to a directory, but much to fnmatch.
    pattern = pattern.lower().replace("[", "[[]")
    return any(fnmatch.fnmatchcase(value.lower(), pattern) for value in values)


class LDAPInterface:
    URI = "ldapi://%2Fvar%2Frun%2Fslapd%2Fldapi"
    BASEDN = BASE
    USERDN = "uid={username},ou=users,dc=yunohost,dc=org"

    def __init__(self):
        down = _host.fault("slapd_down")
        if down is not None:
            time.sleep(0 if down is True else down)
            raise _host.HostError("Service slapd is not running but is needed for this")

    def search(self, base=None, filter="(objectClass=*)", attrs=("dn",)):
        where = ",".join(part for part in (base, self.BASEDN) if part)
        result = []
        for dn, entry in entries(_host.state()):
            if not dn.endswith(where) or not fits(entry, filter):
                continue
            shown = {key: value for key, value in entry.items() if (not attrs or key in attrs) and value}
            result.append({**shown, "dn": [dn]} if attrs and "dn" in attrs else shown)
        return result


def _get_ldap_interface():
    return LDAPInterface()
