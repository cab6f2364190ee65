# SPDX-License-Identifier: MIT
#
# Domains, and the settings that an installation reads and changes.

from ._host import HostError, change, effect, open_operation, say, settings, state

SWITCHES = [
    "security.portal.portal_allow_edit_email",
    "security.portal.portal_allow_edit_email_alias",
    "security.portal.portal_allow_edit_email_forward",
]


def domain_list(args):
    return {"domains": settings["domains"], "main": settings["domains"][0]}


def values():
    switches = {name: 0 if name == SWITCHES[0] else 1 for name in SWITCHES}
    known = {"security.password.user_strength": settings["strength"]}
    # The first releases of 12 have no switches.
    return {**known, **(switches if settings["portal_switches"] else {}), **state().get("settings", {})}


def settings_list(args):
    return {name: {"ask": "A setting", "value": value} for name, value in values().items()}


def settings_set(args):
    if args.key not in values():
        raise HostError("There is no setting %s" % args.key)
    open_operation(None)
    with change() as current:
        is_on = str(args.value).lower() in ("1", "yes", "true", "on")
        current.setdefault("settings", {})[args.key] = int(is_on)
    effect("setting_changed", key=args.key)
    say("SUCCESS", "Settings saved")
