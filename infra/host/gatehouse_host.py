# SPDX-License-Identifier: MIT
#
# Puts the gate on a YunoHost host, looks whether it is right there, and takes it away again. It comes
# over the operator's own SSH line on standard input and stays nowhere. It reads first and says in
# sentences what it would do; then it does all of that or, when a step fails, undoes what it did.
# It must never stop half-way on its own, and never change what is not Gatehouse's.

import ast
import base64
import contextlib
import fcntl
import glob
import gzip
import hashlib
import json
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time

ACCOUNT = "gatehouse"
GROUP = "ssh.app"
SHELL = "/bin/sh"
LIBRARY = "/usr/local/lib/gatehouse"
GATE = LIBRARY + "/gatehouse_gate.py"
CONFIG = LIBRARY + "/gatehouse_gate.json"
COPYING = LIBRARY + "/COPYING"
# What the portal allowed before, for the day when the gate goes.
BEFORE = LIBRARY + "/before.json"
HOME = "/var/lib/gatehouse"
KEYS = HOME + "/.ssh/authorized_keys"
STATE = HOME + "/state"
# Without a dot: sudo passes over names that have one.
SUDOERS = "/etc/sudoers.d/gatehouse"

YUNOHOST = "/usr/bin/yunohost"
INSTALLED = "/etc/yunohost/installed"
PASSWORD_RULES = "/usr/lib/python3/dist-packages/yunohost/utils/password.py"
PASSWORD_LIST = "/usr/share/yunohost/100000-most-used-passwords-length8plus.txt"
HOOKS = ["/etc/yunohost/hooks.d", "/usr/share/yunohost/hooks"]
LEVEL = "security.password.user_strength"
# Length, digits, lower, upper, others: of the releases whose own table cannot be read.
STRENGTHS = [(8, 0, 0, 0, 0), (8, 1, 1, 1, 0), (8, 1, 1, 1, 1), (12, 1, 1, 1, 1)]
PORTAL = re.compile(r"security\.portal\.(?:portal_)?allow_edit_email(?:_alias|_forward)?")
# The options, which may have blanks in quotes, the kind of key and the key (sshd(8), AUTHORIZED_KEYS FILE FORMAT).
KEY_LINE = re.compile(r'(?:((?:[^\s"]|"(?:\\.|[^"\\])*")+)\s+)?((?:ssh|ecdsa|sk)-\S+)\s+(\S+)')
KEY_OPTION = re.compile(r'([A-Za-z0-9-]+)(?:="((?:\\.|[^"\\])*)")?')
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
COMMAND_SECONDS = 180
LOCK_SECONDS = 60
WORK_SECONDS = 5


class Refusal(Exception):
    """Sentences that say why nothing can be done here; nothing was changed."""


class StepFailed(Exception):
    """A step that did not come to what it is for."""


# --- looking ------------------------------------------------------------------------------------


def run(line, text=None, seconds=COMMAND_SECONDS, **options):
    stdin = {"input": text} if text is not None else {"stdin": subprocess.DEVNULL}
    return subprocess.run(
        line, **stdin, **options, capture_output=True, encoding="utf-8", errors="replace",
        env={"PATH": PATH, "LC_ALL": "C.UTF-8"}, cwd="/", timeout=seconds, check=False,
    )


def must(line, **options):
    done = run(line, **options)
    if done.returncode != 0:
        told = (done.stderr or done.stdout).strip().splitlines()
        raise StepFailed("%s failed: %s" % (line[0], told[-1] if told else "it does not say why"))
    return done.stdout


def yunohost(*words):
    """The JSON that YunoHost printed, after lines of its log."""
    done = run([YUNOHOST, *words, "--output-as", "json", "--timeout", "60"])
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    with contextlib.suppress(ValueError):
        if done.returncode == 0:
            return json.loads(lines[-1]) if lines else None
    told = (done.stderr or done.stdout).strip().splitlines()
    words = (" ".join(words), told[-1] if told else "nothing")
    raise StepFailed("`yunohost %s` did not answer as it should: %s" % words)


def read(path):
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        with open(path, "rb") as file:
            return file.read()
    return None


def passwd_line(name):
    with open("/etc/passwd", encoding="utf-8") as file:
        return next((line.rstrip("\n").split(":") for line in file if line.startswith(name + ":")), None)


def group_facts():
    with open("/etc/group", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split(":") for line in file if line.count(":") == 3]
    return {name: (int(number), members.split(",")) for name, _, number, members in rows if number}


def groups_of(account):
    facts = group_facts()
    own = [name for name, (number, _) in facts.items() if str(number) == account[3]]
    return sorted(set(own) | {name for name, (_, members) in facts.items() if account[0] in members})


def shadow_hash(name):
    with open("/etc/shadow", encoding="utf-8") as file:
        return next((line.split(":")[1] for line in file if line.startswith(name + ":")), "")


def settings():
    """Every setting of YunoHost by its full name."""
    listed = yunohost("settings", "list")
    return {name: one.get("value") if type(one) is dict else one for name, one in listed.items()}


def is_on(value):
    return str(value).lower() in ("1", "yes", "true", "on")


def open_switches(values):
    """Switches of the portal that let members change what Gatehouse keeps."""
    return sorted(name for name, value in values.items() if PORTAL.fullmatch(name) and is_on(value))


def strength_of(level):
    table = STRENGTHS
    with contextlib.suppress(OSError, SyntaxError, ValueError):
        with open(PASSWORD_RULES, encoding="utf-8") as file:
            body = ast.parse(file.read()).body
        for node in body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "STRENGTH_LEVELS":
                table = ast.literal_eval(node.value)
    names = ("length", "digits", "lowers", "uppers", "others")
    if level < 1:
        return dict.fromkeys(names, 0)
    # A level that nobody knows is taken for the hardest one.
    return dict(zip(names, table[min(level, len(table)) - 1]))


def password_list():
    text = read(PASSWORD_LIST)
    packed = read(PASSWORD_LIST + ".gz")
    if text is None and packed is not None:
        text = gzip.decompress(packed)
    if text is None:
        return None
    digest = hashlib.sha256(text).hexdigest()
    return {"sha256": digest, "gzip": base64.b64encode(gzip.compress(text, mtime=0)).decode()}


def user_hooks():
    found = []
    for folder in HOOKS:
        for action in ("post_user_create", "post_user_update"):
            for path in sorted(glob.glob("%s/%s/*" % (folder, action))):
                text = read(path) if os.path.isfile(path) else None
                if text is not None:
                    traced = not path.endswith(".py")
                    found.append({"path": path, "traced": traced, "reads": b"YNH_USER_PASSWORD" in text})
    return found


def fingerprints():
    """Of the keys that sshd shows; RSA is left out, because Gatehouse does not take it."""
    done = run(["/usr/sbin/sshd", "-T"])
    paths = re.findall(r"^hostkey (.+)$", done.stdout, re.MULTILINE)
    prints = []
    for path in paths or sorted(glob.glob("/etc/ssh/ssh_host_*_key")):
        words = (read(path + ".pub") or b"").decode("utf-8", "replace").split()
        if len(words) > 1 and words[0].startswith(("ssh-ed25519", "ecdsa-sha2-")):
            digest = hashlib.sha256(base64.b64decode(words[1])).digest()
            prints.append("SHA256:" + base64.b64encode(digest).decode().rstrip("="))
    return prints


def host_facts():
    values = settings()
    level = int(values.get(LEVEL) or 1)
    return {
        "version": version(),
        "level": level,
        "strength": strength_of(level),
        "list": password_list(),
        "hooks": user_hooks(),
        "portal": {name: is_on(values[name]) for name in values if PORTAL.fullmatch(name)},
        "fingerprints": fingerprints(),
    }


def version():
    return str(yunohost("tools", "versions").get("yunohost", {}).get("version"))


# --- refusing -----------------------------------------------------------------------------------


def refuse_other_machines():
    if os.geteuid() != 0:
        raise Refusal("This needs root on the host.")
    if not os.access(YUNOHOST, os.X_OK) or not os.path.exists(INSTALLED):
        raise Refusal("This machine is no YunoHost, or its installation was not finished.")
    release = version()
    if release.startswith("11."):
        text = "This host runs YunoHost %s, which writes every argument of a command, passwords too,"
        raise Refusal((text + " into its log. Upgrade it to 12 first.") % release)
    if not release.startswith("12."):
        text = "This host runs YunoHost %s. Gatehouse knows release 12 and the gate refuses every other."
        raise Refusal(text % release)


def refuse_what_lacks():
    lacking = [one for one in ("sudo", "visudo", "useradd", "userdel") if not shutil.which(one, path=PATH)]
    if lacking:
        raise Refusal("The host lacks %s." % " and ".join(lacking))
    if GROUP not in group_facts():
        raise Refusal("The host has no group %s, which YunoHost makes. Is it whole?" % GROUP)


def refuse_other_domains(request):
    domains = yunohost("domain", "list")["domains"]
    if not request["domains"]:
        text = "Say which mail domain new accounts get, with --domain. The host serves %s."
        raise Refusal(text % ", ".join(domains))
    unknown = [one for one in request["domains"] if one not in domains]
    if unknown:
        raise Refusal("The host does not serve %s. It serves %s." % (", ".join(unknown), ", ".join(domains)))


def refuse_a_stranger():
    account = passwd_line(ACCOUNT)
    if account is None:
        with contextlib.suppress(KeyError):
            pwd.getpwnam(ACCOUNT)
            raise Refusal("Somebody in YunoHost's directory is called %s already." % ACCOUNT)
        if os.path.lexists("/home/" + ACCOUNT):
            raise Refusal("There is a folder /home/%s without an account." % ACCOUNT)
    elif account[5] != HOME:
        raise Refusal("An account %s is there that Gatehouse did not make." % ACCOUNT)


# --- changes ------------------------------------------------------------------------------------
# Each has a sentence, `do` and `undo`. Undoing what was not done changes nothing.


class Account:
    told = "make the system account %s: locked password, member of %s only" % (ACCOUNT, GROUP)

    def __init__(self):
        self.before = passwd_line(ACCOUNT)
        self.groups = groups_of(self.before) if self.before else []
        self.hash = shadow_hash(ACCOUNT)
        self.is_made = False

    def is_right(self):
        if self.before is None or self.before[6] != SHELL or self.before[2] == "0":
            return False
        return self.groups == [GROUP] and self.hash[:1] in ("!", "*")

    def do(self):
        how = ["--gid", GROUP, "--groups", "", "--shell", SHELL, "--password", "*"]
        if self.before is not None:
            must(["usermod", *how, ACCOUNT])
            return
        how = [one for one in how if one not in ("--groups", "")]
        # A locked password may begin with "!" or be "*"; sshd without PAM turns the first one away.
        self.is_made = True
        must(["useradd", "--system", "--no-create-home", "--home-dir", HOME, *how, ACCOUNT])

    def undo(self):
        if self.before is not None:
            how = ["--gid", self.before[3], "--groups", ",".join(self.groups), "--shell", self.before[6]]
            must(["usermod", *how, ACCOUNT])
            must(["chpasswd", "--encrypted"], text="%s:%s\n" % (ACCOUNT, self.hash))
        elif self.is_made and passwd_line(ACCOUNT):
            must(["userdel", ACCOUNT])


class Folder:
    def __init__(self, path, mode):
        self.path, self.mode = path, mode
        self.told = "make the folder %s, of root" % path
        self.is_made = False

    def is_right(self):
        return looks_like(self.path, stat.S_ISDIR, self.mode)

    def do(self):
        if not os.path.lexists(self.path):
            os.mkdir(self.path)
            self.is_made = True
        if os.path.islink(self.path) or not os.path.isdir(self.path):
            raise StepFailed("%s is no folder" % self.path)
        os.chown(self.path, 0, 0)
        os.chmod(self.path, self.mode)

    def undo(self):
        if self.is_made:
            os.rmdir(self.path)


class File:
    def __init__(self, path, data, mode, told):
        self.path, self.data, self.mode, self.told = path, data, mode, told
        self.before = read(path)
        self.facts = os.lstat(path) if os.path.lexists(path) else None

    def is_right(self):
        return self.before == self.data and looks_like(self.path, stat.S_ISREG, self.mode)

    def do(self):
        put(self.path, self.data, self.mode, (0, 0))

    def undo(self):
        if self.facts is None:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                os.unlink(self.path)
        elif read(self.path) != self.before or not looks_like(self.path, stat.S_ISREG, self.facts.st_mode):
            put(self.path, self.before, stat.S_IMODE(self.facts.st_mode), (self.facts.st_uid, self.facts.st_gid))


class Gone(File):
    """A file that is to be there no more."""

    def __init__(self, path):
        super().__init__(path, None, 0, "remove " + path)

    def is_right(self):
        return self.facts is None

    def do(self):
        os.unlink(self.path)


class NoFolder:
    def __init__(self, path):
        self.path, self.told = path, "remove the folder " + path
        self.facts = os.lstat(path) if os.path.lexists(path) else None

    def is_right(self):
        return self.facts is None

    def do(self):
        try:
            os.rmdir(self.path)
        except OSError as error:
            raise StepFailed("%s holds what Gatehouse did not put there" % self.path) from error

    def undo(self):
        if not os.path.lexists(self.path):
            os.mkdir(self.path)
            os.chown(self.path, self.facts.st_uid, self.facts.st_gid)
            os.chmod(self.path, stat.S_IMODE(self.facts.st_mode))


class NoHome:
    """Moved aside first, so that it can come back; removed when nothing can fail any more."""

    told = "remove %s with everything in it" % HOME
    aside = HOME + ".removed"

    def is_right(self):
        return not os.path.lexists(HOME)

    def do(self):
        if os.path.lexists(self.aside):
            shutil.rmtree(self.aside)
        os.rename(HOME, self.aside)

    def undo(self):
        if os.path.lexists(self.aside) and not os.path.lexists(HOME):
            os.rename(self.aside, HOME)

    def finish(self):
        shutil.rmtree(self.aside)


class NoAccount:
    told = "remove the account " + ACCOUNT

    def is_right(self):
        return passwd_line(ACCOUNT) is None

    def do(self):
        must(["userdel", ACCOUNT])

    def undo(self):
        """Nothing comes after it."""


class NoWork:
    """Waits until nobody is signed in and nothing runs any more; the key is gone by then."""

    told = "wait until Gatehouse has nothing running here"

    def is_right(self):
        return passwd_line(ACCOUNT) is None

    def do(self):
        until = time.monotonic() + WORK_SECONDS
        number = int(passwd_line(ACCOUNT)[2])
        while any(owner_of(path) == number for path in glob.glob("/proc/[0-9]*")) or has_jobs():
            if time.monotonic() > until:
                raise StepFailed("Gatehouse is at work on the host: pause its lane and wait")
            time.sleep(0.1)

    def undo(self):
        """Waiting changed nothing."""


class Switch:
    def __init__(self, name, value, before):
        self.name, self.value, self.before = name, value, before
        verb = "allow" if value else "stop"
        self.told = "%s what YunoHost's portal lets members change: %s" % (verb, name)
        self.is_tried = False

    def is_right(self):
        return self.value == self.before

    def do(self):
        self.is_tried = True
        self.set(self.value)
        if is_on(settings().get(self.name)) != self.value:
            raise StepFailed("YunoHost did not take the setting " + self.name)

    def set(self, value):
        words = ["settings", "set", self.name, "-v", "yes" if value else "no"]
        must([YUNOHOST, *words, "--timeout", "60"])

    def undo(self):
        if self.is_tried and is_on(settings().get(self.name)) != self.before:
            self.set(self.before)


class Proof:
    """The way that Gatehouse's worker goes, without SSH: the account, sudo, the gate, YunoHost."""

    told = "see whether the gate answers the account"

    def is_right(self):
        return False

    def do(self):
        answer = ask_gate()
        if answer.get("class") != "ok":
            told = answer.get("text") or answer.get("key") or "nothing"
            raise StepFailed("The gate does not answer as it should: %s" % told)

    def undo(self):
        """Asking changed nothing that the other steps do not undo."""


def ask_gate():
    account = passwd_line(ACCOUNT)
    who = {"user": int(account[2]), "group": int(account[3]), "extra_groups": []}
    done = run([SHELL, "-c", forced_command()], text='{"v":1,"op":"version"}', **who)
    try:
        return json.loads(done.stdout)
    except ValueError:
        told = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        return {"class": "broken", "text": told}


def owner_of(path):
    with contextlib.suppress(OSError):
        return os.stat(path).st_uid
    return None


def has_jobs():
    for path in glob.glob(STATE + "/jobs/*/runner.lock"):
        with open(path, encoding="utf-8") as file:
            if not is_got(file.fileno()):
                return True
    return False


def looks_like(path, kind, mode):
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        facts = os.lstat(path)
        is_ours = facts.st_uid == 0 and facts.st_gid == 0
        return kind(facts.st_mode) and is_ours and stat.S_IMODE(facts.st_mode) == stat.S_IMODE(mode)
    return False


def put(path, data, mode, owner):
    """Whole or not at all. What sudo would read is checked before it lies where sudo looks."""
    handle, part = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".gatehouse.")
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchown(handle, *owner)
            os.fchmod(handle, mode)
            os.fsync(handle)
        if path == SUDOERS:
            must(["visudo", "-c", "-q", "-f", part])
        os.rename(part, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(part)
        raise


# --- what is to be there --------------------------------------------------------------------------


def forced_command():
    return "exec /usr/bin/sudo -n " + GATE


def installed_domains():
    with contextlib.suppress(ValueError, AttributeError):
        return json.loads(read(CONFIG) or b"{}").get("domains", [])
    return []


def keys_in(text):
    """Of each line of an authorized_keys file its key and the addresses that it may come from, if it says any."""
    found = {}
    for line in text.decode("utf-8", "replace").splitlines():
        parts = KEY_LINE.match(line.strip())
        if parts:
            options = dict((name.lower(), value) for name, value in KEY_OPTION.findall(parts[1] or ""))
            found["%s %s" % (parts[2], parts[3])] = options.get("from") or None
    return found


def origin_of(key, request, installed):
    """An administrator may have written it there: it stays, also for the key that comes next."""
    if request["from"]:
        return None if request["from"] == "*" else request["from"]
    if key in installed:
        return installed[key]
    origins = set(installed.values()) or {None}
    if len(origins) > 1:
        raise Refusal("The keys in %s may come from different addresses. Say with --from where the new one may." % KEYS)
    return origins.pop()


def key_lines(request):
    text = read(KEYS) or b""
    installed = keys_in(text)
    if not request["keys"] and not (request["from"] and installed):
        return text
    lines = []
    for key in request["keys"] or installed:
        origin = origin_of(key, request, installed)
        options = 'restrict,command="%s"' % forced_command() + (',from="%s"' % origin if origin else "")
        lines.append("%s %s %s\n" % (options, key, ACCOUNT))
    return "".join(lines).encode()


def sudoers_lines():
    # The empty argument allows no arguments.
    line = '%s ALL=(root) NOPASSWD: %s ""\n' % (ACCOUNT, GATE)
    return ("# The gate of Gatehouse, and nothing else.\n" + line).encode()


def config_text(request):
    config = {"account": ACCOUNT, "state_folder": STATE, "python_path": [], "domains": request["domains"]}
    return (json.dumps(config, indent=2) + "\n").encode()


def steps_to_install(request):
    values = settings()
    switches = open_switches(values)
    old = json.loads(read(BEFORE) or b'{"portal": {}}')
    portal = {**{name: True for name in switches}, **old["portal"]}
    before = (json.dumps({"portal": portal}) + "\n").encode()
    return [
        Account(),
        Folder(HOME, 0o755),
        Folder(HOME + "/.ssh", 0o755),
        Folder(STATE, 0o700),
        Folder(LIBRARY, 0o755),
        File(COPYING, request["copying"].encode(), 0o644, "put the gate's licence beside it"),
        File(BEFORE, before, 0o600, "note what the portal allows now, in " + BEFORE),
        File(CONFIG, config_text(request), 0o600, "write %s: mail domain %s" % (CONFIG, ", ".join(request["domains"]))),
        File(GATE, request["gate"].encode(), 0o755, "put the gate there: " + GATE),
        File(SUDOERS, sudoers_lines(), 0o440, "let the account start the gate as root, without arguments: " + SUDOERS),
        *[Switch(name, False, True) for name in switches],
        # The door comes last.
        File(KEYS, key_lines(request), 0o644, "let %s: %s" % (keys_told(request), KEYS)),
    ]


def keys_told(request):
    lines = key_lines(request)
    count = len(lines.splitlines())
    keys = {0: "a key that is made then", 1: "one key"}.get(count, "%d keys" % count)
    origins = set(keys_in(lines).values())
    still = "" if request["from"] else "still "
    if len(origins) > 1:
        where = ", each still from its own addresses"
    else:
        where = ", %sfrom %s only" % (still, *origins) if any(origins) else ""
    return "%s open the gate, and nothing else%s" % (keys, where)


def steps_to_remove():
    values = settings() if os.access(YUNOHOST, os.X_OK) else {}
    portal = json.loads(read(BEFORE) or b'{"portal": {}}')["portal"]
    switches = [Switch(name, True, is_on(values[name])) for name in sorted(portal) if name in values]
    files = [Gone(path) for path in (SUDOERS, GATE, CONFIG, COPYING, BEFORE)]
    return [Gone(KEYS), NoWork(), *switches, *files, NoFolder(LIBRARY), NoHome(), NoAccount()]


# --- doing ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def alone():
    """One installer at a time, and none while the gate works."""
    with contextlib.ExitStack() as stack:
        places = ["/etc/sudoers.d"] + [one for one in [STATE + "/host.lock"] if os.path.exists(one)]
        for place in places:
            handle = os.open(place, os.O_RDONLY)
            stack.callback(os.close, handle)
            until = time.monotonic() + LOCK_SECONDS
            while not is_got(handle):
                if time.monotonic() > until:
                    raise Refusal("The gate is at work, or another installer. Try again in a minute.")
                time.sleep(0.2)
        yield


def is_got(handle):
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def perform(steps):
    """All of them, or none: what was begun is undone from the last to the first."""
    begun = []
    try:
        for step in steps:
            begun.append(step)
            step.do()
    except Exception as error:
        left = undo(begun)
        told = str(error) if isinstance(error, StepFailed) else "%s: %s" % (type(error).__name__, error)
        raise StepFailed("This step failed: %s. %s. %s" % (begun[-1].told, told, left)) from error
    for step in steps:
        if hasattr(step, "finish"):
            step.finish()


def undo(begun):
    stuck = []
    for step in reversed(begun):
        try:
            step.undo()
        except Exception as error:
            stuck.append("%s (%s)" % (step.told, error))
    if stuck:
        return "The host is as before, except that these could not be undone: " + "; ".join(stuck)
    return "The host is as it was before"


def change(request, steps, last):
    needed = [step for step in steps if not step.is_right()]
    told = [step.told for step in needed]
    if request["op"].startswith("plan"):
        return {"steps": told}
    if told != request["steps"]:
        raise Refusal("The host has changed since the plan was made. Start again.")
    perform(needed + last)
    return {"steps": told}


def install(request):
    refuse_other_machines()
    refuse_what_lacks()
    refuse_a_stranger()
    request = {**request, "domains": request["domains"] or installed_domains()}
    refuse_other_domains(request)
    with alone():
        answer = change(request, steps_to_install(request), [Proof()])
    has_keys = bool(request["keys"] or read(KEYS))
    return {**answer, "hasKeys": has_keys, "account": ACCOUNT, "facts": host_facts()}


def remove(request):
    if os.geteuid() != 0:
        raise Refusal("This needs root on the host.")
    refuse_a_stranger()
    with alone():
        return change(request, steps_to_remove(), [])


def check(request):
    refuse_other_machines()
    account = passwd_line(ACCOUNT)
    if account is None:
        raise Refusal("Gatehouse is not installed on this host.")
    refuse_what_lacks()
    # Domains and keys are taken as they are: whose the keys are only the worker's own line can tell.
    keys = (read(KEYS) or b"").decode("utf-8", "replace")
    asked = {**request, "domains": installed_domains(), "keys": [], "from": None}
    wrong = ["It is still to be done: %s." % one.told for one in steps_to_install(asked)[:-1] if not one.is_right()]
    served = yunohost("domain", "list")["domains"]
    wrong += ["The host does not serve %s any more." % one for one in asked["domains"] if one not in served]
    wrong += wrong_keys(keys) + wrong_sshd()
    answer = ask_gate()
    if answer.get("class") != "ok":
        told = answer.get("text") or answer.get("key")
        wrong.append("The gate does not answer the account: %s." % told)
    return {"wrong": wrong, "account": ACCOUNT, "facts": host_facts()}


def wrong_keys(keys):
    start = 'restrict,command="%s"' % forced_command()
    lines = [line for line in keys.splitlines() if line.strip()]
    wrong = [] if lines else ["No key may sign in: %s is empty or missing." % KEYS]
    for line in lines:
        if not re.match(re.escape(start) + r'(?:,from="[^"]+")? (?:ssh|ecdsa|sk)-', line):
            wrong.append("A line of %s allows more or other than the gate." % KEYS)
    if lines and not looks_like(KEYS, stat.S_ISREG, 0o644):
        wrong.append("%s could be changed by others than root." % KEYS)
    return wrong


def wrong_sshd():
    done = run(["/usr/sbin/sshd", "-T", "-C", "user=%s,host=localhost,addr=127.0.0.1" % ACCOUNT])
    allowed = re.findall(r"^allowgroups (.+)$", done.stdout, re.MULTILINE)
    if allowed and GROUP not in " ".join(allowed).split():
        return ["sshd does not let the group %s in: its line AllowGroups was changed." % GROUP]
    return []


WORK = {"plan_install": install, "install": install, "plan_remove": remove, "remove": remove, "check": check}


def main(request):
    # From here on a line that is cut ends nothing half-way.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.umask(0o022)
    try:
        answer = WORK[request["op"]](request)
    except Refusal as refusal:
        answer = {"refused": str(refusal)}
    except StepFailed as error:
        answer = {"failed": str(error)}
    except Exception as error:
        answer = {"failed": "%s: %s" % (type(error).__name__, error)}
    print(json.dumps(answer), flush=True)
