# SPDX-License-Identifier: MIT
#
# Puts a copy of the gate and of the stand-in into a folder of its own and talks to them as sshd does:
# one process per request, one document in, one document out.

import fcntl
import hashlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SOURCES = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DOMAIN = "example.test"


class GateTest(unittest.TestCase):
    standin = {}
    # A program that is started in the gate's place, with the gate as its argument.
    program = []

    def setUp(self):
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="gate-test-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.addCleanup(self.end_jobs)
        for name in ("home", "mail", "host"):
            os.mkdir(self.at(name))
        skip = shutil.ignore_patterns("__pycache__")
        shutil.copytree(os.path.join(SOURCES, "standin"), self.at("standin"), ignore=skip)
        shutil.copy(os.path.join(SOURCES, "gatehouse_gate.py"), self.at("gate.py"))
        homes = {"home_folder": self.at("home"), "mail_folder": self.at("mail")}
        self.write("standin/standin.json", {
            "state_folder": self.at("host"), "domains": [DOMAIN], **homes, **self.standin,
        })
        self.config = {
            "python_path": [self.at("standin")],
            "state_folder": self.at("gate"),
            "account": pwd.getpwuid(os.geteuid()).pw_name,
            "domains": [DOMAIN],
            **homes,
        }
        self.write("gatehouse_gate.json", self.config)
        os.chmod(self.at("gatehouse_gate.json"), 0o600)
        self.task = "t" * 24
        self.step = 0

    def at(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, value):
        with open(self.at(name), "w", encoding="utf-8") as file:
            json.dump(value, file)

    def end_jobs(self):
        for pid in self.gate_processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def gate_processes(self):
        found = []
        for name in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/cmdline" % name, "rb") as file:
                    if self.at("gate.py").encode() in file.read():
                        found.append(int(name))
            except OSError:
                pass
        return found

    def start(self, data, **options):
        if not isinstance(data, bytes):
            data = json.dumps(data).encode()
        process = subprocess.Popen(
            [sys.executable, "-I", *self.program, self.at("gate.py"), "--help"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
        )
        process.stdin.write(data)
        process.stdin.close()
        process.stdin = None
        return process

    def end(self, process):
        out, err = process.communicate(timeout=100)
        self.assertEqual(err, b"")
        self.assertEqual(process.returncode, 0)
        self.assertTrue(out.endswith(b"\n") and out.count(b"\n") == 1, out)
        return json.loads(out)

    def ask(self, data):
        return self.end(self.start(data))

    def request(self, op, verb=None, args=None, **more):
        if "step" not in more and op == "run":
            self.step += 1
        request = {"v": 1, "op": op, "task": self.task, "step": self.step, "fence": 1, "wait": 30}
        if verb is not None:
            request.update({"verb": verb, "args": args or {}})
        return {**request, **more}

    def run_verb(self, verb, args=None, **more):
        return self.ask(self.request("run", verb, args, **more))

    def create(self, name="alice", display="Alice Doe", **more):
        args = {"username": name, "display_name": display, "domain": DOMAIN}
        return self.run_verb("user_create", args, **more)

    def see(self, name="alice"):
        answer = self.ask({"v": 1, "op": "read", "verb": "user", "args": {"username": name}})
        self.assertEqual((answer["state"], answer["class"]), ("done", "ok"), answer)
        return answer["seen"]

    def faults(self, *entries):
        self.write("host/faults.json", list(entries))

    def lines(self, name):
        try:
            with open(self.at("host", name), encoding="utf-8") as file:
                return [json.loads(line) for line in file]
        except FileNotFoundError:
            return []

    def effects(self, name):
        return [line for line in self.lines("ledger.jsonl") if line["effect"] == name]

    def commands(self, *words):
        found = [line["args"] for line in self.lines("received.jsonl")]
        return [args for args in found if tuple(args[: len(words)]) == words]

    def state(self):
        with open(self.at("host/state.json"), encoding="utf-8") as file:
            return json.load(file)

    def set_state(self, change):
        with open(self.at("host/state.lock"), "a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            state = self.state()
            change(state)
            self.write("host/state.json", state)

    def assert_password(self, proof, password):
        digest = hashlib.sha256((proof["salt"] + password).encode()).hexdigest()
        self.assertEqual(proof["sha256"], digest)

    def wait_until(self, condition, seconds=10):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "it did not happen")
            time.sleep(0.01)
