# SPDX-License-Identifier: MIT
#
# The real gate, ended at a named point of its work. It is started in the gate's place with the path of
# the gate as its argument, loads that file and wraps functions of it from outside. What to do lies in a
# file called "crash" beside the gate: the name of a point, with "full" for a disk that is full there, and
# with "down" for a host that goes down, where whoever asked ends together with the job and its command.
# Whoever gets there first takes the file away, so it happens once. Without an argument it prints the points.

import contextlib
import errno
import importlib.util
import json
import os
import signal
import sys

POINTS = {
    "before_claim": "nothing is there yet",
    "after_claim_file": "the claim is written, but not under its name",
    "after_claim": "the step is claimed and locked",
    "before_spawn": "nothing was started",
    "before_session": "between the two forks",
    "after_spawn": "the job goes on without the one who asked",
    "before_job": "the job has its session and did nothing",
    "before_start": "the host was looked at, the command is next",
    "before_end": "the command runs and loses its runner",
    "after_end": "the command is over, nobody looked",
    "before_result": "it was looked at, nothing is written",
    "after_result": "the result is there, its runner ends",
    "after_answer": "the result is known to the one who asked and not printed",
}


def load(path):
    spec = importlib.util.spec_from_file_location("gatehouse_gate", path)
    gate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(gate)
    return gate


def wrap(gate):
    order = os.path.join(os.path.dirname(gate.__file__), "crash")
    asked = os.getpid()

    def reach(point):
        with contextlib.suppress(FileNotFoundError):
            with open(order, encoding="utf-8") as file:
                wanted, _, how = file.read().partition(" ")
            if wanted == point:
                os.unlink(order)
                if how == "full":
                    raise OSError(errno.ENOSPC, "No space left on device")
                if how == "down" and os.getpid() != asked:
                    os.kill(asked, signal.SIGKILL)
                    os.killpg(0, signal.SIGKILL)
                os.kill(os.getpid(), signal.SIGKILL)

    def around(owner, name, called, when=lambda *_, **__: True):
        real = getattr(owner, name)

        def wrapped(*args, **more):
            counts = when(*args, **more)
            if counts:
                reach("before_" + called)
            value = real(*args, **more)
            if counts:
                reach("after_" + called)
            return value

        setattr(owner, name, wrapped)

    around(gate.Job, "claim", "claim")
    around(gate, "write_file", "claim_file", lambda path, _: path.endswith("/claim.json"))
    around(gate, "detach", "spawn")
    around(gate.os, "setsid", "session")
    around(gate, "run_job", "job")
    around(gate, "command_line", "start")
    # Only the command itself is waited for without a deadline.
    around(gate.Child, "end", "end", lambda _, deadline=None: deadline is None)
    around(gate, "write_file", "result", lambda path, _: path.endswith("/result.json"))
    around(gate, "tell", "answer")


def main():
    if len(sys.argv) < 2:
        print(json.dumps(list(POINTS)))
        return
    gate = load(sys.argv[1])
    wrap(gate)
    gate.main()


if __name__ == "__main__":
    main()
