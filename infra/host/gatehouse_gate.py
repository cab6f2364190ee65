#!/usr/bin/python3 -I
# SPDX-License-Identifier: AGPL-3.0-or-later
#
# The gate: the only thing that Gatehouse's SSH key can start on a YunoHost host. It reads one JSON
# request, runs one of a few verbs at most once per task and step, detached, and says what is true
# afterwards. It imports YunoHost (AGPL), so this file has that licence and the rest of Gatehouse not.
# It must never run a command of the caller's making, put a secret into arguments, environment or a
# file, touch an administrator, or take a setting from anywhere but the file that lies beside it.

import argparse
import atexit
import collections
import contextlib
import fcntl
import json
import os
import pwd
import re
import resource
import secrets
import shlex
import shutil
import signal
import sys
import tempfile
import time
import traceback
import unicodedata
import urllib.parse

VERSION = 1
REQUEST_CAP = 64 * 1024
OUTPUT_CAP = 64 * 1024
CAPTURE_CAP = 1024 * 1024
REQUEST_SECONDS = 20
LOCK_SECONDS = 90
READ_SECONDS = 60
# YunoHost waits for its own lock without limit unless it is told one.
YUNOHOST_TIMEOUT = 60
KEPT_DAYS = 30
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
}


class Refusal(Exception):
    """The gate's own no: nothing was run."""

    def __init__(self, key, text):
        super().__init__(text)
        self.key, self.text = key, text


class ReadFailed(Exception):
    """What is true on the host could not be found out, which is not the same as 'absent'."""

    def __init__(self, kind, key, text):
        super().__init__(text)
        self.told = {"class": kind, "key": key, "text": text}


# --- values -----------------------------------------------------------------------------------
# Every pattern is anchored, linear and narrower than YunoHost's own, which are exponential, let a
# trailing newline through and print a value that they refuse, passwords too.

USERNAME = re.compile(r"[a-z][a-z0-9]*(?:[._][a-z0-9]+)*")
DISPLAY_NAME = re.compile(r"[^\W_]+(?:[ ,.'-]{1,3}[^\W_]+)*\.?")
QUOTA = re.compile(r"0|[1-9][0-9]{0,5}[kMG]")
TASK = re.compile(r"[A-Za-z0-9_-]{22,64}")


def is_username(value, config):
    return type(value) is str and 2 <= len(value) <= 20 and bool(USERNAME.fullmatch(value))


def is_display_name(value, config):
    if type(value) is not str or not 1 <= len(value) <= 60:
        return False
    return unicodedata.is_normalized("NFC", value) and bool(DISPLAY_NAME.fullmatch(value))


def is_domain(value, config):
    return type(value) is str and value in config["domains"]


def is_quota(value, config):
    return type(value) is str and bool(QUOTA.fullmatch(value))


def is_flag(value, config):
    return type(value) is bool


def is_password(value, config):
    if type(value) is not str or not 8 <= len(value) <= 126:
        return False
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in value):
        return False
    return len(value.encode("utf-8")) <= 72


# verb -> {name: (check, required)}
USER = {"username": (is_username, True)}
NAMED_USER = {**USER, "display_name": (is_display_name, True)}
ARGS = {
    "user_create": {**NAMED_USER, "domain": (is_domain, True), "quota": (is_quota, False)},
    "user_password": USER,
    "user_update": NAMED_USER,
    "user_delete": {**USER, "purge": (is_flag, True)},
    "user_permissions_sync": {},
}
SECRETS = {
    "user_create": {"password": (is_password, False)},
    "user_password": {"password": (is_password, True)},
}
READS = {"user": USER, "names": {}, "job": {}}


def random_password():
    """Good for YunoHost's highest strength level, and it cannot look like an option."""
    alphabet = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_."
    tail = "".join(secrets.choice(alphabet) for _ in range(44))
    return secrets.choice("abcdefghijk") + secrets.choice("ABCDEFGH") + "7_" + tail


def command_line(verb, args, password, shell):
    """Long options are glued to their values, so that no value can be taken for an option."""
    name = args.get("username", "")
    if verb == "user_create":
        line = ["user", "create", name, "--fullname=" + args["display_name"]]
        line += ["--password=" + password, "--domain=" + args["domain"]]
        return line + ["--mailbox-quota=" + args["quota"]] if "quota" in args else line
    if verb == "user_password":
        return ["user", "update", name, "--loginShell=" + shell, "--change-password=" + password]
    if verb == "user_update":
        return ["user", "update", name, "--loginShell=" + shell, "--fullname=" + args["display_name"]]
    if verb == "user_delete":
        return ["user", "delete", name] + (["--purge"] if args["purge"] else [])
    return ["user", "permission", "ldapsync"]


# --- configuration and request ------------------------------------------------------------------


def load_config():
    folder = os.path.dirname(os.path.realpath(__file__))
    try:
        handle = os.open(os.path.join(folder, "gatehouse_gate.json"), os.O_RDONLY | os.O_NOFOLLOW)
        with open(handle, encoding="utf-8") as file:
            facts = os.fstat(handle)
            config = json.load(file)
        if facts.st_uid not in (0, os.geteuid()) or facts.st_mode & 0o022:
            raise ValueError("others could change it")
        config = {"home_folder": "/home", "mail_folder": "/var/mail", **config}
        texts = [config[name] for name in ("state_folder", "account", "home_folder", "mail_folder")]
        lists = [config[name] for name in ("python_path", "domains")]
        if any(type(one) is not list for one in lists):
            raise ValueError("not a list")
        if any(type(one) is not str for one in sum(lists, texts)):
            raise ValueError("not a text")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refusal("bad_config", "The configuration of the gate is missing or wrong") from error
    if pwd.getpwuid(os.geteuid()).pw_name not in ("root", config["account"]):
        raise Refusal("wrong_account", "This account may not use the gate")
    return config


@contextlib.contextmanager
def time_limit(seconds):
    """Ends any blocking call in its body with TimeoutError; None is no limit."""

    def ring(_number, _frame):
        raise TimeoutError

    if seconds is None:
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def read_request():
    try:
        with time_limit(REQUEST_SECONDS):
            data = sys.stdin.buffer.read(REQUEST_CAP + 1)
    except TimeoutError as error:
        raise Refusal("bad_request", "The request did not end in time") from error
    if len(data) > REQUEST_CAP:
        raise Refusal("too_large", "The request is too large")
    return data


def unique_pairs(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def no_constant(_name):
    raise ValueError("not JSON")


def parse_request(data):
    try:
        text = data.decode("utf-8")
        request = json.loads(text, object_pairs_hook=unique_pairs, parse_constant=no_constant)
        # Half of a surrogate pair passes the JSON reader, and nothing can be done with it.
        json.dumps(request, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise Refusal("bad_request", "The request is not one JSON document") from error
    if type(request) is not dict:
        raise Refusal("bad_request", "The request is not an object")
    return request


def is_whole(value, least):
    return type(value) is int and least <= value <= 2**53


def check_shape(request):
    known = {"v", "op", "task", "step", "fence", "verb", "args", "secrets", "wait"}
    wait = request.get("wait", 0)
    good = (
        set(request) <= known
        and type(request.get("v")) is int
        and request["v"] == VERSION
        and request.get("op") in ("run", "attach", "read", "version", "forget")
        and type(request.get("args", {})) is dict
        and type(request.get("secrets", {})) is dict
        and type(wait) in (int, float)
        and 0 <= wait <= 100
    )
    if not good:
        raise Refusal("bad_request", "A field of the request is missing, unknown or wrong")
    holds_task = request["op"] in ("run", "attach", "forget")
    if holds_task or request.get("verb") == "job" or "task" in request:
        task = request.get("task")
        if type(task) is not str or not TASK.fullmatch(task) or not is_whole(request.get("step"), 1):
            raise Refusal("bad_request", "Task or step is missing or wrong")
    if holds_task and not is_whole(request.get("fence"), 1):
        raise Refusal("bad_request", "The fence is missing or wrong")


def check_values(values, rules, config, key):
    if not set(values) <= set(rules):
        raise Refusal(key, "A value is not known here")
    for name, (check, required) in rules.items():
        given = name in values
        if (given or required) and not (given and check(values[name], config)):
            raise Refusal(key, "The value of %s is missing or not allowed" % name)


def check_request(request, config):
    check_shape(request)
    op, verb = request["op"], request.get("verb")
    args, given = request.get("args", {}), request.get("secrets", {})
    if verb is None and op not in ("run", "read"):
        if args or given:
            raise Refusal("bad_request", "Values without a verb")
        return
    known, hidden = (READS, {}) if op == "read" else (ARGS, SECRETS)
    if type(verb) is not str or verb not in known:
        raise Refusal("not_allowed", "This verb is not allowed")
    check_values(args, known[verb], config, "bad_args")
    check_values(given, hidden.get(verb, {}), config, "bad_secret")


# --- files --------------------------------------------------------------------------------------


def folder_of(config, name):
    path = os.path.join(config["state_folder"], name)
    os.makedirs(path, mode=0o700, exist_ok=True)
    return path


def write_file(path, value):
    """Whole or not at all, also when the power goes."""
    handle, name = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".part-")
    with open(handle, "w", encoding="utf-8") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(handle)
    os.rename(name, path)
    sync_folder(os.path.dirname(path))


def sync_folder(path):
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def read_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return None


@contextlib.contextmanager
def locked(path, seconds, kind=fcntl.LOCK_EX):
    """Yields whether the lock was got. Programs that are started do not inherit it, forks do."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    got = True
    try:
        with time_limit(seconds or None):
            fcntl.flock(handle, kind if seconds else kind | fcntl.LOCK_NB)
    except (TimeoutError, BlockingIOError):
        got = False
    try:
        yield got
    finally:
        os.close(handle)


def highest_fence(config, task):
    return read_json(os.path.join(folder_of(config, "fences"), task)) or 0


def raise_fence(config, request):
    folder = folder_of(config, "fences")
    with locked(os.path.join(config["state_folder"], "fences.lock"), LOCK_SECONDS) as got:
        highest = highest_fence(config, request["task"])
        if not got or request["fence"] < highest:
            raise Refusal("stale_fence", "A later holder of this task was here already")
        if request["fence"] > highest:
            write_file(os.path.join(folder, request["task"]), request["fence"])


class Job:
    """One step of one task. Its folder is the claim, its lock lives as long as its runner."""

    def __init__(self, config, request):
        self.root = folder_of(config, "jobs")
        self.path = os.path.join(self.root, "%(task)s.%(step)d" % request)

    def file(self, name):
        return os.path.join(self.path, name)

    def claim(self, request):
        """The lock of the new job, or None when the step was claimed before.

        The folder appears complete and locked under its name in one atomic rename, which fails
        when the name is taken; so nobody can ever see a claim whose runner is not there yet.
        """
        if os.path.isdir(self.path):
            return None
        fresh = tempfile.mkdtemp(dir=self.root, prefix=".new-")
        try:
            handle = os.open(os.path.join(fresh, "runner.lock"), os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX)
            claim = {"verb": request["verb"], "args": request.get("args", {}), "at": time.time()}
            write_file(os.path.join(fresh, "claim.json"), {**claim, "fence": request["fence"]})
            os.rename(fresh, self.path)
        except OSError:
            shutil.rmtree(fresh)
            if not os.path.isdir(self.path):
                raise
            return None
        sync_folder(self.root)
        return handle


def sweep(config):
    """Drops what no redelivery can ask for any more, and old marks of deletes; once an hour."""
    marker = os.path.join(config["state_folder"], "swept")
    now = time.time()
    with contextlib.suppress(FileNotFoundError):
        if now - os.stat(marker).st_mtime < 3600:
            return
    with open(marker, "w", encoding="utf-8"):
        os.utime(marker)
    for root in ("jobs", "fences", "leaving"):
        for entry in os.scandir(folder_of(config, root)):
            with contextlib.suppress(OSError):
                if now - entry.stat(follow_symlinks=False).st_mtime < KEPT_DAYS * 86400:
                    continue
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                    continue
                with locked(os.path.join(entry.path, "runner.lock"), 0) as ended:
                    if ended:
                        shutil.rmtree(entry.path)


# --- processes ----------------------------------------------------------------------------------

Outcome = collections.namedtuple("Outcome", "exit out err")


class Child:
    """Work in a process of its own: yunohost.cli() ends its process, and so needs one per command.

    Output goes to files without a name, because it may hold a password until it is scrubbed.
    """

    def __init__(self, config, work):
        self.files = [tempfile.TemporaryFile(dir=config["state_folder"]) for _ in range(2)]
        self.pid = os.fork()
        if self.pid == 0:
            sys.path[:0] = config["python_path"]
            run_as_child(work, [file.fileno() for file in self.files])

    def end(self, deadline=None):
        try:
            with time_limit(None if deadline is None else deadline - time.monotonic()):
                status = os.waitpid(self.pid, 0)[1]
        except TimeoutError:
            os.kill(self.pid, signal.SIGKILL)
            status = os.waitpid(self.pid, 0)[1]
        out, err = map(text_of, self.files)
        return Outcome(os.waitstatus_to_exitcode(status), out, err)


def text_of(file):
    """Beginning and end of what was written, when it is much."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    data = file.read(CAPTURE_CAP)
    if size > 2 * CAPTURE_CAP:
        data += b"\n[...]\n"
        file.seek(size - CAPTURE_CAP)
    data += file.read(CAPTURE_CAP)
    file.close()
    return data.decode("utf-8", "replace")


def run_as_child(work, outputs):
    code = 1
    try:
        for number, handle in enumerate([os.open("/dev/null", os.O_RDONLY), *outputs]):
            os.dup2(handle, number)
        os.umask(0o022)
        style = {"encoding": "utf-8", "errors": "backslashreplace", "closefd": False}
        sys.stdout, sys.stderr = (open(number, "w", buffering=1, **style) for number in (1, 2))
        work()
        code = 0
    except SystemExit as end:
        code = end.code if type(end.code) is int else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    try:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        # What Python itself says when its last words cannot be written.
        code = 120
    os._exit(code & 0xFF)


def detach(job, work):
    """Starts work in a session of its own, which no end of the SSH line reaches."""
    first = os.fork()
    if first:
        os.waitpid(first, 0)
        return
    try:
        os.setsid()
        with open(job.file("group.json"), "w", encoding="utf-8") as file:
            json.dump(os.getpid(), file)
        if os.fork():
            os._exit(0)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        null = os.open("/dev/null", os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(null, number)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        work()
    finally:
        os._exit(0)


# --- YunoHost -----------------------------------------------------------------------------------

# Everything up to try_login runs in a Child, which finds YunoHost's packages, and prints JSON.


def command(line):
    def work():
        import yunohost

        parser = argparse.ArgumentParser(add_help=False)
        options = {"output_as": "json", "timeout": YUNOHOST_TIMEOUT}
        yunohost.cli(debug=False, quiet=False, args=line, parser=parser, **options)

    return work


def directory_facts(username):
    """What LDAP says, because the command line calls some half-made accounts complete."""
    from yunohost.utils.ldap import _get_ldap_interface

    directory = _get_ldap_interface()
    wanted = ["uid", "cn", "mail", "loginShell", "permission"]
    # The directory compares without case; another spelling is another name here.
    found = directory.search("ou=users", "(uid=%s)" % username, wanted)
    people = [one for one in found if one.get("uid") == [username]]
    groups = directory.search("ou=groups", "(cn=%s)" % username, ["cn"])
    admins = directory.search("ou=groups", "(cn=admins)", ["cn", "member"])
    if len(admins) != 1:
        raise LookupError("the group of administrators was not found")
    is_admin = any(one.startswith("uid=%s," % username) for one in admins[0].get("member", []))
    person = people[0] if people else None
    print(json.dumps({"person": person, "has_group": len(groups) > 0, "is_admin": is_admin}))


def folded(name):
    """As the directory compares names: without case, one space where several stood."""
    return " ".join(unicodedata.normalize("NFKC", name).lower().split())


def shown(names):
    """What a username or full name can be equal to; longer ones and unprintable ones nobody can have."""
    return sorted({name for name in names if 0 < len(name) <= 64 and name.isprintable()})


def directory_names(config):
    """What a new name may not be: YunoHost asks the whole directory, and the accounts of the system."""
    import grp
    from yunohost.utils.ldap import _get_ldap_interface

    people = {}
    reserved = {one.pw_name for one in pwd.getpwall()} | {one.gr_name for one in grp.getgrall()}
    for entry in _get_ldap_interface().search(None, "(cn=*)", ["uid", "cn", "mail"]):
        names = {folded(name) for name in entry.get("cn", [])}
        mails = (mail.lower().rpartition("@") for mail in entry.get("mail", []))
        aliases = {local for local, _, domain in mails if domain in config["domains"]}
        if "uid" not in entry:
            reserved |= names | aliases
            continue
        username = folded(entry["uid"][0])
        # Only a full name that could be a username as well keeps somebody from having it.
        full_names = shown(name for name in names - {username} if is_username(name, config))
        people[username] = {"full_names": full_names, "aliases": shown(aliases - {username})}
    # Everybody has a group of their own, and may be known to the system through the directory.
    own = shown(folded(name) for name in reserved if folded(name) not in people)
    known = [{"username": name, **people[name]} for name in shown(people)]
    print(json.dumps({"reserved": own, "people": known}))


def try_login(username, password):
    import ldap
    from yunohost.utils.ldap import LDAPInterface

    connection = ldap.initialize(LDAPInterface.URI)
    try:
        connection.simple_bind_s(LDAPInterface.USERDN.format(username=username), password)
        print("true")
    except ldap.INVALID_CREDENTIALS:
        print("false")


def demand(outcome):
    """The JSON that a read printed as its last line, after log lines; nothing else counts."""
    lines = [line for line in outcome.out.splitlines() if line.strip()]
    with contextlib.suppress(ValueError):
        if outcome.exit == 0 and lines:
            return json.loads(lines[-1])
    kind, key = classify(outcome)
    kind = kind if kind in ("trouble", "broken") else "unknown"
    raise ReadFailed(kind, key or "read_failed", public_text(outcome, []))


def folders_of(config, username):
    """Home and mailbox, which YunoHost finds by the name alone."""
    return [os.path.join(config[name], username) for name in ("home_folder", "mail_folder")]


def host_names(config):
    """All of them or none: half a list would free names that are in use."""
    works = {"apps": command(["app", "list"]), "names": lambda: directory_names(config)}
    got = outcomes_of(config, works)
    installed, names = demand(got["apps"]), demand(got["names"])
    try:
        names["apps"] = shown(folded(app["id"]) for app in installed["apps"])
    except (KeyError, TypeError, AttributeError) as error:
        raise ReadFailed("unknown", "read_failed", "The list of apps is none") from error
    if len(json.dumps(names)) > CAPTURE_CAP:
        raise ReadFailed("trouble", "too_many_names", "The host has more names than one answer holds")
    return names


def outcomes_of(config, works):
    """Starts all reads at once, since each of them costs YunoHost a start of its own."""
    deadline = time.monotonic() + READ_SECONDS
    children = {name: Child(config, work) for name, work in works.items()}
    return {name: child.end(deadline) for name, child in children.items()}


def look_at(config, username, password=None):
    works = {
        "info": command(["user", "info", username]),
        "all_users": command(["user", "group", "info", "all_users"]),
        "mail": command(["user", "permission", "info", "mail"]),
        "directory": lambda: directory_facts(username),
    }
    if password is not None:
        works["login"] = lambda: try_login(username, password)
    got = outcomes_of(config, works)
    directory, info = demand(got["directory"]), None
    if classify(got["info"]) != ("not_found", "user_unknown"):
        info = demand(got["info"])
    home, mailbox = folders_of(config, username)
    person = directory["person"] or {}
    permissions = person.get("permission", [])
    seen = {
        "exists": directory["person"] is not None or info is not None,
        "info": info is not None and info.get("username") == username,
        "all_users": username in demand(got["all_users"]).get("members", []),
        "mail_permission": username in demand(got["mail"]).get("corresponding_users", []),
        "ldap_permission": any(one.startswith("cn=mail.main,") for one in permissions),
        "primary_group": directory["has_group"],
        "home": os.path.isdir(home) and not os.path.islink(home),
        "mailbox": os.path.lexists(mailbox),
        "full_name": first(person, "cn"),
        "mail": first(person, "mail"),
        "shell": first(person, "loginShell"),
    }
    seen["state"] = state_of(seen)
    if "login" in got:
        seen["password_works"] = demand(got["login"])
    return seen


def first(entry, name):
    return (entry.get(name) or [None])[0]


def state_of(seen):
    if not seen["exists"]:
        return "absent"
    if not all(seen[name] for name in ("info", "all_users", "primary_group", "home")):
        return "partial"
    if seen["mail_permission"] and not seen["ldap_permission"]:
        return "unsynced"
    # A host may grant mail to fewer people than everybody; then neither side has it.
    return "complete" if seen["mail_permission"] == seen["ldap_permission"] else "partial"


def version_of(outcome):
    return demand(outcome).get("yunohost", {}).get("version")


def before_command(config, verb, args):
    """The login shell, after the checks that need a look at the host."""
    username, works = args.get("username"), {"versions": command(["tools", "versions"])}
    if username is not None:
        works["directory"] = lambda: directory_facts(username)
    got = outcomes_of(config, works)
    # Releases before 12 write every argument, passwords too, into their log.
    if not str(version_of(got["versions"])).startswith("12."):
        raise Refusal("unsupported_version", "This release of YunoHost is not supported")
    if username is None:
        return None
    directory = demand(got["directory"])
    person = directory["person"]
    if verb == "user_create":
        # Of an earlier holder or of the system: nobody may get them, and no cure may purge them.
        if person is None and any(map(os.path.lexists, folders_of(config, username))):
            raise Refusal("leftovers", "A folder with this name is on the host already")
        return None
    if directory["is_admin"]:
        raise Refusal("is_admin", "An administrator is out of the gate's reach")
    if person and verb == "user_delete":
        write_file(os.path.join(folder_of(config, "leaving"), username), time.time())
    return first(person or {}, "loginShell")


# --- what the host said -------------------------------------------------------------------------

# (class, key, pattern), the first that is found counts.
MEANINGS = [
    ("conflict", "user_already_exists", r"The user '[^'\n]{1,80}' already exists"),
    ("refused_input", "domain_unknown", r"Domain '[^'\n]{1,300}' unknown"),
    ("busy", "instance_already_running", "already a YunoHost operation running"),
    ("trouble", "ldap_server_down", "Unable to reach LDAP"),
    ("trouble", "ldap_server_down", "Service slapd is not running"),
    ("trouble", "ldap_server_down", "SERVER_DOWN"),
    ("trouble", "two_at_once", "Type or value exists"),
    ("trouble", "two_at_once", "value #0 already exists"),
    ("trouble", "two_at_once", "Corrupted JSON read"),
    ("trouble", "no_catalog", "Unable to download the default app catalog"),
    ("trouble", "disk_full", "No space left on device"),
    ("conflict", "ldap_attribute_already_exists", "' already exists with value"),
    ("conflict", "system_username_exists", "list of system users"),
    ("conflict", "mail_unavailable", "reserved for the admins group"),
    ("not_found", "user_unknown", "Unknown user: "),
    ("not_found", "group_unknown", "The group '"),
    ("refused_input", "password_listed", "most used passwords"),
    ("refused_input", "password_too_simple", "needs to be at least"),
    ("refused_input", "password_too_long", "shorter than 127"),
    ("refused_input", "invalid_argument", "Invalid argument '"),
    ("refused_input", "invalid_shell", "Invalid shell"),
    ("refused_input", "argument_required", "Not a tty"),
]
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\^_]")
HASHES = re.compile(r"\{(?:CRYPT|SSHA|SHA|MD5|SMD5)\}[^\s'\",\]]+|\$(?:[1256y]|2[aby])\$[^\s'\",\]]+")
LOG_NAME = re.compile(r"\b\d{8}-\d{6}-[A-Za-z0-9_.-]*[A-Za-z0-9_]")
LEVEL = re.compile(r"(?:ERROR|Error:)\s+(.*)")


def plain(text):
    return ESCAPES.sub("", text).replace("\r", "")


def classify(outcome):
    """Exit codes say almost nothing: one number stands for every refusal and every failure."""
    if outcome.exit == 0:
        return "ok", None
    if outcome.exit == 2:
        return "refused_input", "usage"
    # Warnings and notes may quote other cases, so the error itself is looked at first.
    everything = plain(outcome.err + "\n" + outcome.out)
    for text in ("\n".join(LEVEL.findall(everything)), everything):
        for kind, key, pattern in MEANINGS:
            if re.search(pattern, text):
                return kind, key
    if outcome.exit < 0 or outcome.exit == 120:
        return "unknown", None
    return ("broken", "traceback") if "Traceback (" in everything else ("unknown", None)


def scrub(text, hidden):
    """Passwords in the spellings that logs, shells and JSON give them, and hashes."""
    for value in hidden:
        spellings = {
            value,
            json.dumps(value)[1:-1],
            json.dumps(value, ensure_ascii=False)[1:-1],
            repr(value)[1:-1],
            shlex.quote(value),
            value.replace("'", "'\\''"),
            urllib.parse.quote(value, safe=""),
            urllib.parse.quote_plus(value),
        }
        for spelling in sorted(spellings, key=len, reverse=True):
            text = text.replace(spelling, "[secret]")
    return HASHES.sub("[hash]", text)


def public_text(outcome, hidden):
    text = scrub(plain(outcome.err + "\n" + outcome.out), hidden)
    found = LEVEL.findall(text)
    line = found[-1] if found else ""
    # A refused LDAP write prints the whole entry.
    return re.split(r"error during LDAP|attr_dict|\{", line)[0].strip()[:300]


def clipped(text):
    data = text.encode("utf-8", "replace")
    if len(data) <= OUTPUT_CAP:
        return text
    half = OUTPUT_CAP // 2 - 16
    return data[:half].decode("utf-8", "ignore") + "\n[...]\n" + data[-half:].decode("utf-8", "ignore")


# --- running a step -------------------------------------------------------------------------------


def is_met(verb, args, seen):
    """Whether what the verb is for is true now, whoever brought it about."""

    def named():
        return " ".join((seen["full_name"] or "").split()) == " ".join(args["display_name"].split())

    if verb == "user_create":
        mail = "%s@%s" % (args["username"], args["domain"])
        return seen["state"] == "complete" and named() and seen["mail"] == mail
    if verb == "user_password":
        return seen.get("password_works")
    if verb == "user_update":
        return seen["exists"] and named()
    if verb == "user_delete":
        left = args["purge"] and (seen["home"] or seen["mailbox"])
        return seen["state"] == "absent" and not left
    return None


def remove_leftovers(config, username):
    """A purge that was cut short leaves home and mailbox to whoever gets the name next.

    Only after the gate itself saw the account: other things live beside the homes, too.
    """
    mark = os.path.join(folder_of(config, "leaving"), username)
    with open("/etc/passwd", encoding="utf-8", errors="replace") as file:
        is_of_system = any(line.startswith(username + ":") for line in file)
    if is_of_system or not os.path.exists(mark):
        return
    for path in folders_of(config, username):
        with contextlib.suppress(FileNotFoundError):
            if os.path.islink(path) or not os.path.isdir(path):
                os.unlink(path)
            else:
                shutil.rmtree(path)
    os.unlink(mark)


def observe(config, verb, args, password, result, cleans=True):
    """Adds what is true now. A read that fails makes the result uncertain, never 'absent'."""
    username = args.get("username")
    if username is None:
        return
    try:
        seen = look_at(config, username, password if verb == "user_password" else None)
        if cleans and verb == "user_delete" and args["purge"] and seen["state"] == "absent":
            remove_leftovers(config, username)
            seen["home"], seen["mailbox"] = map(os.path.lexists, folders_of(config, username))
    except ReadFailed as error:
        if result["class"] in ("ok", "unknown", "broken"):
            result.update(error.told)
        return
    result.update({"seen": seen, "met": is_met(verb, args, seen)})
    if result["class"] == "ok" and result["met"] is False:
        result.update({"class": "unknown", "key": "not_as_asked"})
    if result["class"] == "broken" and result["key"] == "traceback" and result["met"]:
        result["class"] = "unknown"


def act(config, request, result):
    verb, args = request["verb"], request.get("args", {})
    password = request.get("secrets", {}).get("password")
    shell = before_command(config, verb, args)
    if shell is None and verb in ("user_password", "user_update"):
        result.update({"class": "not_found", "key": "user_unknown", "text": "Unknown user"})
        return observe(config, verb, args, password, result)
    if verb == "user_create" and password is None:
        password = random_password()
    hidden = [] if password is None else [password]
    outcome = Child(config, command(command_line(verb, args, password, shell))).end()
    kind, key = classify(outcome)
    output = scrub(plain(outcome.out + outcome.err), hidden)
    name = LOG_NAME.search(output)
    uncertain = outcome.exit < 0 or outcome.exit == 120 or "Traceback (" in output
    result.update(
        {
            "state": "unknown" if outcome.exit != 0 and uncertain else "done",
            "exit": outcome.exit if outcome.exit >= 0 else None,
            "class": kind,
            "key": key if outcome.exit >= 0 else "signal",
            "text": public_text(outcome, hidden),
            "log": name.group(0) if name else None,
            "output": clipped(output),
        }
    )
    observe(config, verb, args, password, result)


def run_job(config, request, job):
    began, result = time.monotonic(), {**blank(request), "state": "done"}
    os.chdir("/")
    with locked(os.path.join(config["state_folder"], "host.lock"), LOCK_SECONDS) as got:
        try:
            if not got:
                result.update({"class": "busy", "key": "gate_busy"})
            elif highest_fence(config, request["task"]) > request["fence"]:
                raise Refusal("stale_fence", "A later holder of this task was here already")
            else:
                act(config, request, result)
        except ReadFailed as error:
            result.update(error.told)
        except Refusal as refusal:
            result = refused(request, refusal)
        result["seconds"] = round(time.monotonic() - began, 3)
        write_file(job.file("result.json"), result)


# --- operations ---------------------------------------------------------------------------------


def blank(request):
    task, step = request.get("task"), request.get("step")
    return {
        "v": VERSION,
        "task": task if type(task) is str and TASK.fullmatch(task) else None,
        "step": step if is_whole(step, 1) else None,
        **{"state": "unknown", "class": "unknown", "key": None, "exit": None, "met": None},
        **{"text": "", "log": None, "output": "", "seconds": 0.0},
    }


def refused(request, refusal):
    kind = "broken" if refusal.key == "bad_config" else "refused_input"
    told = {"state": "refused", "class": kind, "key": refusal.key, "text": refusal.text}
    return {**blank(request), **told}


def tell(config, request):
    job = Job(config, request)
    if not os.path.isdir(job.path):
        return {**blank(request), "state": "none"}
    claim = read_json(job.file("claim.json"))
    verb = request.get("verb")
    if verb in ARGS and (verb, request.get("args", {})) != (claim["verb"], claim["args"]):
        raise Refusal("step_mismatch", "This step was claimed for something else")
    # Waits for the end of the runner itself, so that no polling interval is paid.
    with locked(job.file("runner.lock"), request.get("wait", 0), fcntl.LOCK_SH) as ended:
        result = read_json(job.file("result.json"))
    if result is not None:
        return result
    answer = blank(request)
    if not ended:
        return {**answer, "state": "running", "seconds": round(time.time() - claim["at"], 3)}
    answer["key"], given = "no_result", request.get("secrets", {})
    # Cleaning up needs the lock, and so a step of its own.
    observe(config, claim["verb"], claim["args"], given.get("password"), answer, cleans=False)
    return answer


def run(config, request):
    sweep(config)
    raise_fence(config, request)
    job = Job(config, request)
    lock = job.claim(request)
    if lock is not None:
        detach(job, lambda: run_job(config, request, job))
        os.close(lock)
    return tell(config, request)


def attach(config, request):
    raise_fence(config, request)
    return tell(config, request)


def forget(config, request):
    """Drops what the host printed and showed in every step of a task that has ended.

    Claims, outcomes and the fence stay, so that no step ever runs again. With the fence after the
    last one that a worker had, nothing that is late can claim another step either.
    """
    raise_fence(config, request)
    for entry in os.scandir(folder_of(config, "jobs")):
        path = os.path.join(entry.path, "result.json")
        result = read_json(path) if entry.name.startswith(request["task"] + ".") else None
        if result is not None:
            result.pop("seen", None)
            write_file(path, {**result, "text": "", "log": None, "output": ""})
    return tell(config, request)


def read(config, request):
    if request["verb"] == "job":
        return tell(config, {**request, "verb": None})
    if request["verb"] == "names":
        return answer_with(request, "names", lambda: host_names(config))
    return answer_with(request, "seen", lambda: look_at(config, request["args"]["username"]))


def version(config, request):
    def look():
        got = outcomes_of(config, {"versions": command(["tools", "versions"])})
        return {"gate": VERSION, "yunohost": version_of(got["versions"])}

    return answer_with(request, "seen", look)


def answer_with(request, name, look):
    began, answer = time.monotonic(), blank(request)
    try:
        answer.update({"state": "done", "class": "ok", name: look()})
    except ReadFailed as error:
        answer.update(error.told)
    return {**answer, "seconds": round(time.monotonic() - began, 3)}


OPERATIONS = {"run": run, "attach": attach, "forget": forget, "read": read, "version": version}


def main():
    os.umask(0o077)
    request = {}
    try:
        config = load_config()
        request = parse_request(read_request())
        check_request(request, config)
        os.environ.clear()
        os.environ.update(ENVIRONMENT)
        os.makedirs(config["state_folder"], mode=0o700, exist_ok=True)
        answer = OPERATIONS[request["op"]](config, request)
    except Refusal as refusal:
        answer = refused(request, refusal)
    except Exception:
        # Whether the step began is not known here, so a later attach has to say.
        answer = {**blank(request), "class": "trouble", "key": "gate_trouble"}
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
