# SPDX-License-Identifier: MIT
#
# The lock of the real one with its flaws: looking and taking are two steps, a dead owner is noticed
# only at the first look, and it waits for ever unless told otherwise.

import contextlib
import os
import time

from ._host import HostError, fault, place, say

POLL = 0.5
WINDOW = 0.003


def owners():
    try:
        with open(place("moulinette_yunohost.lock"), encoding="utf-8") as file:
            return [int(word) for word in file.read().split()]
    except (FileNotFoundError, ValueError):
        return []


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    # In a container nobody may reap the dead; on a real host they are gone at once.
    return state_and_parent(pid)[0] != "Z"


def state_and_parent(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="utf-8") as file:
            state, parent = file.read().rpartition(")")[2].split()[:2]
            return state, int(parent)
    except (OSError, ValueError):
        return "", 0


def is_child_of(pids):
    pid = os.getppid()
    while pid > 1:
        if pid in pids:
            return True
        pid = state_and_parent(pid)[1]
    return False


def take(timeout):
    """True when the lock is now ours, False when it is an ancestor's."""
    began, looked, warned = time.monotonic(), False, 15
    while True:
        pids = owners()
        if pids and is_child_of(pids):
            return False
        free = not pids or (not looked and not any(is_alive(pid) for pid in pids))
        if free and not fault("lock_held"):
            break
        looked = True
        waited = time.monotonic() - began
        if timeout is not None and waited >= timeout:
            raise HostError("There is already a YunoHost operation running. Try again later.")
        if waited > warned:
            say("WARNING", "Another command is running, waiting for it to end")
            warned *= 4
        time.sleep(POLL)
    time.sleep(WINDOW)
    with open(place("moulinette_yunohost.lock"), "w", encoding="utf-8") as file:
        file.write(str(os.getpid()))
    return True


@contextlib.contextmanager
def lock(timeout):
    ours = take(timeout)
    try:
        yield
    finally:
        if ours:
            try:
                os.unlink(place("moulinette_yunohost.lock"))
            except FileNotFoundError:
                say("WARNING", "Uhoh, somehow the lock did not exist any more")
    if fault("traceback_at_release"):
        raise FileNotFoundError(2, "No such file or directory", "moulinette_yunohost.lock")
