# SPDX-License-Identifier: MIT
#
# The stand-in's ground: its settings, its state with the directory's own atomicity (one change at a
# time, but nothing that holds over two), what it writes down about itself, and its faults.
# Everything is found from a file beside the package, as the real one has its paths built in.

import contextlib
import fcntl
import hashlib
import json
import os
import pwd
import secrets
import signal
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
DEFAULTS = {
    "domains": ["example.test"],
    "strength": 1,
    "password_list": None,
    "version": "12.1.25",
    "system_users": [],
    # Ids of installed apps; each has an account of the system and a permission.
    "apps": [],
    # Whether it has settings for what members may change in the portal.
    "portal_switches": True,
    # True gives the times of an idle machine with two cores, 1.0 s of fixed sleep included.
    "durations": False,
    "race_window": 0.02,
}
SERVICE_PERMISSIONS = {"mail.main": ["all_users"], "ssh.main": ["admins"], "sftp.main": []}


class HostError(Exception):
    """A refusal or failure that the real one would print as one ERROR line."""


def load_settings():
    with open(os.path.join(ROOT, "standin.json"), encoding="utf-8") as file:
        given = json.load(file)
    state = given["state_folder"]
    folders = {"log_folder": os.path.join(state, "log"), "hook_folder": os.path.join(state, "hooks.d")}
    return {**DEFAULTS, **folders, **given}


settings = load_settings()


def place(name):
    return os.path.join(settings["state_folder"], name)


@contextlib.contextmanager
def alone(name):
    os.makedirs(settings["state_folder"], exist_ok=True)
    with open(place(name), "a", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def replace(path, value):
    part = "%s.%d" % (path, os.getpid())
    with open(part, "w", encoding="utf-8") as file:
        json.dump(value, file, indent=1, sort_keys=True)
    os.replace(part, path)


def first_state():
    local_parts = ["root", "admin", "admins", "webmaster", "postmaster", "abuse"]
    aliases = ["%s@%s" % (part, settings["domains"][0]) for part in local_parts]
    groups = {name: {"members": [], "mail": []} for name in ("all_users", "visitors", "admins")}
    groups["admins"]["mail"] = aliases
    apps = {one + ".main": ["all_users"] for one in settings["apps"]}
    return {"users": {}, "groups": groups, "permissions": {**SERVICE_PERMISSIONS, **apps}}


def state():
    try:
        with open(place("state.json"), encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return first_state()


@contextlib.contextmanager
def change():
    """One operation of the directory."""
    with alone("state.lock"):
        current = state()
        yield current
        replace(place("state.json"), current)


# --- what it writes down ------------------------------------------------------------------------


class Command:
    """The command that runs now, for the ledger and the faults."""

    name = ""
    start = 0.0
    log_name = None
    user = None


def proof_of(password):
    """Lets a checker compare passwords without any of them being written down."""
    salt = secrets.token_hex(8)
    return {"salt": salt, "sha256": hashlib.sha256((salt + password).encode()).hexdigest()}


def append(name, value):
    with alone("ledger.lock"), open(place(name), "a", encoding="utf-8") as file:
        file.write(json.dumps(value) + "\n")


def effect(name, user=None, **more):
    line = {"effect": name, "command": Command.name, "user": user, "pid": os.getpid()}
    # Every job of the gate has a session of its own, and names it in its folder.
    times = {"session": os.getsid(0), "start": Command.start, "end": time.time()}
    append("ledger.jsonl", {**line, **times, **more})


SECRET_OPTIONS = ("--password=", "--change-password=", "-p")


def received(args):
    """The arguments byte for byte, but for passwords."""
    shown, hide = [], False
    for arg in args:
        option = next((one for one in SECRET_OPTIONS if arg.startswith(one) and arg != "--purge"), None)
        if hide or (option and arg != option):
            start = "" if hide else option
            shown.append({"option": start, **proof_of(arg[len(start) :])})
        else:
            shown.append(arg)
        hide = arg in ("-p", "--password", "--change-password")
    line = {"at": time.time(), "pid": os.getpid(), "session": os.getsid(0), "args": shown}
    append("received.jsonl", line)


def log_line(level, text):
    os.makedirs(settings["log_folder"], mode=0o750, exist_ok=True)
    stamp = time.strftime("%Y-%m-%d %H:%M:%S")
    with open(os.path.join(settings["log_folder"], "yunohost-cli.log"), "a", encoding="utf-8") as file:
        file.write("%s %-8s %s\n" % (stamp, level, text))


def say(level, text):
    log_line(level, text)
    stream = sys.stderr if level in ("WARNING", "ERROR") else sys.stdout
    print(level, text, file=stream)


def open_operation(user):
    """From here on a failure leaves an operation log, whose name the real one prints."""
    if fault("disk_full", "log"):
        raise OSError(28, "No space left on device")
    folder = os.path.join(settings["log_folder"], "operations")
    os.makedirs(folder, mode=0o750, exist_ok=True)
    stamp = time.strftime("%Y%m%d-%H%M%S")
    target = Command.name.replace(" ", "_") + ("-" + user if user else "")
    Command.log_name = "%s-%s" % (stamp, target)
    with open(os.path.join(folder, Command.log_name + ".yml"), "w", encoding="utf-8") as file:
        file.write("operation: %s\nstarted_at: %f\n" % (Command.name, time.time()))
    if settings["durations"]:
        time.sleep(1.0)


def operation_text(text):
    if Command.log_name:
        path = os.path.join(settings["log_folder"], "operations", Command.log_name + ".log")
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)


def close_operation(success):
    if Command.log_name:
        path = os.path.join(settings["log_folder"], "operations", Command.log_name + ".yml")
        with open(path, "a", encoding="utf-8") as file:
            file.write("ended_at: %f\nsuccess: %s\n" % (time.time(), str(success).lower()))


def last_for(seconds):
    if settings["durations"]:
        time.sleep(seconds)


def system_accounts():
    known = {one.pw_name for one in pwd.getpwall()}
    return known | set(settings["system_users"]) | set(settings["apps"])


# --- faults ---------------------------------------------------------------------------------------
# faults.json is a list of {"fault", "command"?, "value"?, "times"?}, read anew whenever one of them
# could strike. "command" limits it to one command ("user create"), "times" to its next strikes.
#
# delay             seconds to sleep inside the lock, before any effect
# print             seconds of a line every 0.1 s at the same place
# crash_after       SIGKILL to itself after a point (create: start ldap home primary_group all_users
#                   permission_sync hooks; delete: start all_users primary_group permission_sync ldap
#                   sessions purge; update: start ldap hooks; lock: any command, just after the lock)
# terminate_after, interrupt_after    the same with SIGTERM and SIGINT
# raise             {"at": point, "text": ..., "traceback": bool}
# exit              exit code to end with, the work being done
# traceback_at_release    crashes when it gives back the lock, the work being done
# lock_held         the lock is somebody else's while the fault is there
# slapd_down        seconds until a command gives up (46 on a real one)
# no_home           creates no home (nslcd is down)
# disk_full         "log": nothing begins; "home": an empty home; "stdout": 120, the work being done
# lost_update       a create that ends well without its user in all_users
# no_effect         ends well and does nothing
# import_errors     import counts an error beside a complete user
# no_catalog        import and create end with 1, the user being complete
# refuse_password   every password is among the most used
# refuse_text       ends with 1 and this ERROR before anything
# noise             colours, much text, an entry with a hash
# read_garbage      a read ends well with something else than JSON


def faults():
    try:
        with open(place("faults.json"), encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return []


def matches(entry, name, value):
    command = entry.get("command", Command.name)
    return entry["fault"] == name and command == Command.name and value in (None, entry.get("value"))


def fault(name, value=None):
    """The value of a fault that strikes now (True when it has none), else None."""
    if not any(matches(entry, name, value) for entry in faults()):
        return None
    with alone("faults.lock"):
        current = faults()
        for entry in current:
            if not matches(entry, name, value):
                continue
            if "times" in entry:
                entry["times"] -= 1
                replace(place("faults.json"), [one for one in current if one.get("times", 1) > 0])
            return entry.get("value", True)
    return None


def point(name):
    """A place between two effects where a fault may strike."""
    for kind, number in (
        ("crash_after", signal.SIGKILL),
        ("terminate_after", signal.SIGTERM),
        ("interrupt_after", signal.SIGINT),
    ):
        if fault(kind, name):
            sys.stdout.flush()
            os.kill(os.getpid(), number)
    for entry in faults():
        planned = entry.get("value")
        if entry["fault"] == "raise" and planned["at"] == name and fault("raise", planned):
            error = RuntimeError if planned.get("traceback") else HostError
            raise error(planned["text"])
