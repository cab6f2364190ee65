# SPDX-License-Identifier: MIT
#
# A stand-in for the Python package `yunohost`: what a program can see of the real 12.x for the
# commands that Gatehouse uses, written from observation. It ends its process like the real one.

import argparse
import contextlib
import json
import os
import re
import signal
import sys
import time

from . import _groups, _host, _lock, _settings, _users
from ._host import Command, HostError, fault, point, say

# As wide as the real ones, a trailing newline included, but never slow.
FULL_NAME = r"^[^\W_]+(?:[ ,.'-]{1,3}[^\W_]+)*[ ,.'-]{0,3}$"
USERNAME = r"^[a-z0-9_.]+$"
GROUP = r"^[a-z0-9_]+$"
PASSWORD = r"^.{3,}$"
DOMAIN = r"^(?:[^\W_A-Z]+(?:-+[^\W_A-Z]+)*\.)+(?:xn--)?[^\W_]{2,}$"
MAIL = r"^[\w.-]+@(?:[^\W_A-Z]+(?:-+[^\W_A-Z]+)*\.)+(?:xn--)?[^\W_]{2,}$"
QUOTA = r"^(?:\d+[bkMGT]|0$)"

USER = [("username", {}, {"pattern": USERNAME})]
ANY_USER = [("username", {}, {})]
GLUED = {"nargs": "*"}
FLAG = {"action": "store_true"}

# command -> (function, takes the lock, [(flags, options of argparse, checks)])
COMMANDS = {
    "user create": (
        _users.create,
        True,
        [
            *USER,
            ("-F --fullname", {}, {"pattern": FULL_NAME, "ask": True}),
            ("-p --password", {}, {"pattern": PASSWORD, "ask": True, "advice": True}),
            ("-d --domain", {}, {"pattern": DOMAIN}),
            ("-q --mailbox-quota", {"default": "0"}, {"pattern": QUOTA}),
            ("-s --loginShell", {"default": "/bin/bash"}, {}),
        ],
    ),
    "user update": (
        _users.update,
        True,
        [
            *ANY_USER,
            ("-F --fullname", {}, {"pattern": FULL_NAME}),
            ("-m --mail", {}, {"pattern": MAIL}),
            ("-p --change-password", {"nargs": "?", "const": 0}, {"pattern": PASSWORD, "advice": True}),
            ("--add-mailforward", GLUED, {}),
            ("--remove-mailforward", GLUED, {}),
            ("--add-mailalias", GLUED, {"pattern": MAIL}),
            ("--remove-mailalias", GLUED, {}),
            ("-q --mailbox-quota", {}, {"pattern": QUOTA}),
            ("-s --loginShell", {"default": "/bin/bash"}, {}),
        ],
    ),
    "user delete": (_users.delete, True, [*USER, ("--purge", FLAG, {}), ("--force", FLAG, {})]),
    "user list": (_users.user_list, False, [("--fields", GLUED, {})]),
    "user info": (_users.info, False, ANY_USER),
    "user export": (_users.export, False, []),
    "user import": (
        _users.import_users,
        True,
        [("csvfile", {"type": open}, {}), ("-u --update", FLAG, {}), ("-d --delete", FLAG, {})],
    ),
    "user group list": (
        _users.group_list,
        False,
        [("-f --full", FLAG, {}), ("-p --include-primary-groups", FLAG, {})],
    ),
    "user group info": (_users.group_info, False, [("groupname", {}, {"pattern": USERNAME})]),
    "user group create": (_groups.create, True, [("groupname", {}, {"pattern": GROUP})]),
    "user group delete": (_groups.delete, True, [("groupname", {}, {"pattern": GROUP})]),
    "user permission list": (
        _users.permission_list,
        False,
        [("apps", {"nargs": "*"}, {}), ("-f --full", FLAG, {})],
    ),
    "user permission info": (_users.permission_info, False, [("permission", {}, {})]),
    "user permission ldapsync": (_users.ldapsync, True, []),
    "app list": (_groups.app_list, False, [("-f --full", FLAG, {})]),
    "domain list": (_settings.domain_list, False, []),
    "settings list": (_settings.settings_list, False, [("-f --full", FLAG, {})]),
    "settings set": (_settings.settings_set, True, [("key", {}, {}), ("-v --value", {}, {})]),
    "tools versions": (_users.versions, False, []),
}


def build(parser):
    branches = {}
    for name, (_, _, arguments) in COMMANDS.items():
        words, above = name.split(), parser
        for depth in range(1, len(words)):
            key = " ".join(words[:depth])
            if key not in branches:
                if depth == 1 and "" not in branches:
                    branches[""] = parser.add_subparsers(required=True)
                root = branches[""] if depth == 1 else branches[" ".join(words[: depth - 1])]
                branches[key] = root.add_parser(words[depth - 1]).add_subparsers(required=True)
            above = branches[key]
        leaf = above.add_parser(words[-1])
        leaf.set_defaults(command_name=name)
        for flags, options, _ in arguments:
            leaf.add_argument(*flags.split(), **options)
    return parser


def parse(parser, args):
    try:
        return build(parser).parse_args(args)
    except OSError as error:
        # A file that cannot be opened makes the real one tell all its arguments.
        text = "unable to parse arguments '%s' because of: %s" % (" ".join(args), error)
        print("ERROR " + text, file=sys.stderr)
        say("ERROR", text)
        sys.exit(1)


def ask(name):
    if not sys.stdout.isatty():
        raise HostError("Not a tty, can't do interactive prompts")
    print(name + ": ", end="", flush=True)
    return sys.stdin.readline().rstrip("\n")


def check(namespace, arguments):
    """Per argument: advice, question, pattern. All of it before the lock."""
    for flags, _, rules in arguments:
        name = flags.split()[-1].lstrip("-").replace("-", "_")
        value = getattr(namespace, name)
        if rules.get("advice") and value is not None:
            print("A good password has at least 8 characters, and more is better.")
        if (value is None and rules.get("ask")) or (type(value) is int and value == 0):
            value = ask(name)
            setattr(namespace, name, value)
        for one in value if isinstance(value, list) else [value]:
            if one and "pattern" in rules and not re.match(rules["pattern"], one):
                say("WARNING", "'%s' does not fit" % one)
                raise HostError("Invalid argument '%s': it does not fit its pattern" % name)


def make_noise():
    print("\x1b[32m\x1b[1mnoise\x1b[0m \u2026 na\u00efve \U0001f600")
    for number in range(3000):
        print("a line of output that nobody reads, number %d" % number)
    stored = "{CRYPT}$6$rounds=1$0123456789abcdef$c2FtcGxlLWhhc2gtb2YtYS1wYXNzd29yZA"
    print("WARNING {'uid': ['somebody'], 'userPassword': ['%s']}" % stored, file=sys.stderr)


def look_for_directory():
    down = fault("slapd_down")
    if down is not None:
        time.sleep(0 if down is True else down)
        raise HostError("Service slapd is not running but is needed for this")


def work(function, namespace):
    point("lock")
    look_for_directory()
    text = fault("refuse_text")
    if text:
        raise HostError(text)
    _host.last_for(0.2)
    time.sleep(fault("delay") or 0)
    until = time.monotonic() + (fault("print") or 0)
    while time.monotonic() < until:
        print("still at it", flush=True)
        time.sleep(0.1)
    if fault("noise"):
        make_noise()
    return function(namespace)


def perform(function, locks, namespace, timeout):
    """What the command answers. A failure after its start names the operation log."""
    success = False
    with _lock.lock(timeout) if locks else contextlib.nullcontext():
        Command.start = time.time()
        try:
            answer = work(function, namespace)
            success = True
        except (HostError, KeyboardInterrupt):
            if Command.log_name:
                say("INFO", "The log of this operation: yunohost log show %s" % Command.log_name)
            raise
        finally:
            _host.close_operation(success)
            if locks:
                _host.effect("ended", Command.user, success=success)
    return answer


def show(answer, output_as):
    if answer is None or output_as == "none":
        return
    if fault("read_garbage"):
        print("this is not what was asked for")
    elif output_as == "json":
        print(json.dumps(answer))
    else:
        print(answer if isinstance(answer, str) else json.dumps(answer, indent=2, ensure_ascii=False))


def cli(debug, quiet, output_as, timeout, args, parser):
    os.environ["PATH"] = os.environ["PATH"] + ":/usr/sbin"
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _host.received(args)
    namespace = parse(parser, args)
    Command.name = namespace.command_name
    function, locks, arguments = COMMANDS[Command.name]
    _users.set_user(namespace)
    try:
        check(namespace, arguments)
        answer = perform(function, locks, namespace, timeout)
    except HostError as error:
        say("ERROR", str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        say("ERROR", "Operation interrupted")
        sys.exit(1)
    show(answer, output_as)
    if fault("disk_full", "stdout"):
        sys.exit(120)
    sys.exit(fault("exit") or 0)


def global_options(words):
    """Global options stand anywhere on a command line, and are no arguments of cli()."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--output-as", choices=("json", "plain", "none"), default="plain")
    parser.add_argument("--timeout", type=int)
    parser.add_argument("--debug", action="store_true")
    parser.add_argument("--quiet", action="store_true")
    known, rest = parser.parse_known_args(words)
    return vars(known), rest
