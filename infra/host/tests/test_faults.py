# SPDX-License-Identifier: MIT
#
# Never twice, never lost, never a guess: doubled starts, dead runners, cut lines, an unwell host.

import concurrent.futures
import json
import os
import signal
import subprocess
import sys
import threading
import time
import unittest

from support import DOMAIN, GateTest

CANARY = "Kanarienvogel-7+x'\"$y"


class Once(GateTest):
    def test_twenty_starts_of_one_step_have_one_effect(self):
        self.faults({"fault": "delay", "command": "user create", "value": 0.3})
        request = self.request("run", "user_create",
                               {"username": "alice", "display_name": "A", "domain": DOMAIN})
        answers = [self.end(one) for one in [self.start(request) for _ in range(20)]]
        self.assertEqual({json.dumps(one) for one in answers}, {json.dumps(answers[0])})
        self.assertEqual(answers[0]["class"], "ok")
        self.assertEqual(len(self.commands("user", "create")), 1)

    def test_steps_run_one_at_a_time(self):
        # Whoever is let in too early is seen to be: YunoHost's own lock would sort out all but the effects.
        self.faults({"fault": "delay", "command": "user create", "value": 0.2})
        together = threading.Barrier(6)

        def create(number):
            args = {"username": "user%d" % number, "display_name": "A", "domain": DOMAIN}
            request = self.request("run", "user_create", args, step=number + 1)
            together.wait()
            return self.end(self.start(request))

        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            for answer in pool.map(create, range(6)):
                self.assertEqual(answer["seen"]["state"], "complete")
        arrived = {
            line["pid"]: line["at"] for line in self.lines("received.jsonl")
            if line["args"][:2] == ["user", "create"]
        }
        spans = sorted((arrived[line["pid"]], line["end"]) for line in self.effects("ended"))
        self.assertEqual(len(spans), 6)
        for (_, before), (after, _) in zip(spans, spans[1:]):
            self.assertLessEqual(before, after)

    def test_a_step_is_for_one_thing(self):
        self.create()
        answer = self.create("bob", step=1)
        self.assertEqual((answer["state"], answer["key"]), ("refused", "step_mismatch"))
        self.assertEqual(len(self.commands("user", "create")), 1)

    def test_stale_fence(self):
        self.assertEqual(self.create(fence=5)["class"], "ok")
        for op in ("run", "attach", "forget"):
            answer = self.ask(self.request(op, "user_permissions_sync", fence=4, step=2))
            self.assertEqual((answer["state"], answer["key"]), ("refused", "stale_fence"))
        self.assertEqual(self.commands("user", "permission", "ldapsync"), [])
        self.assertEqual(self.run_verb("user_permissions_sync", fence=5, step=3)["class"], "ok")

    def test_fence_that_grows_stale_while_waiting(self):
        self.faults({"fault": "delay", "command": "user create", "value": 1, "times": 1})
        first = self.start(self.request("run", "user_permissions_sync", task="o" * 24, wait=0))
        self.end(first)
        self.create(wait=0, task="p" * 24)
        self.wait_until(lambda: self.commands("user", "create"))
        waiting = self.start(self.request("run", "user_permissions_sync", fence=1))
        self.wait_until(lambda: os.path.exists(self.at("gate/jobs", "%s.%d" % (self.task, self.step))))
        step = self.step
        self.ask(self.request("attach", fence=2, step=99))
        self.assertEqual(self.end(waiting)["key"], "stale_fence")
        answer = self.ask(self.request("attach", fence=2, step=step))
        self.assertEqual((answer["state"], answer["key"]), ("refused", "stale_fence"))

    def test_cut_line(self):
        self.faults({"fault": "print", "command": "user create", "value": 0.7})
        args = {"username": "alice", "display_name": "A", "domain": DOMAIN}
        process = self.start(self.request("run", "user_create", args), start_new_session=True)
        self.wait_until(lambda: self.commands("user", "create"))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        self.assertEqual(self.ask(self.request("attach", wait=0))["state"], "running")
        began = time.monotonic()
        answer = self.ask(self.request("attach"))
        self.assertLess(time.monotonic() - began, 3)
        self.assertEqual((answer["state"], answer["class"]), ("done", "ok"))
        self.assertEqual(len(self.effects("user_created")), 1)


class Killed(GateTest):
    def test_command_killed_in_create(self):
        for number, (place, state) in enumerate((
            ("start", "absent"), ("ldap", "partial"), ("home", "partial"),
            ("primary_group", "partial"), ("all_users", "unsynced"), ("permission_sync", "complete"),
        )):
            name = "user%d" % number
            self.faults({"fault": "crash_after", "command": "user create", "value": place})
            answer = self.create(name)
            self.assertEqual((answer["state"], answer["class"]), ("unknown", "unknown"))
            self.assertEqual((answer["exit"], answer["key"]), (None, "signal"))
            self.assertEqual(answer["seen"]["state"], state, place)
            self.assertEqual(answer["met"], state == "complete")
        self.faults()
        self.assertEqual(self.run_verb("user_permissions_sync")["class"], "ok")
        self.assertEqual(self.see("user4")["state"], "complete")
        answer = self.run_verb("user_delete", {"username": "user1", "purge": True})
        self.assertEqual((answer["class"], answer["met"]), ("ok", True))
        self.assertEqual(self.create("user1")["seen"]["state"], "complete")

    def test_command_killed_in_delete(self):
        for place, state in (("all_users", "partial"), ("primary_group", "partial"),
                             ("permission_sync", "partial"), ("ldap", "absent"), ("purge", "absent")):
            self.faults()
            self.create()
            self.faults({"fault": "terminate_after", "command": "user delete", "value": place})
            answer = self.run_verb("user_delete", {"username": "alice", "purge": True})
            self.assertEqual((answer["state"], answer["seen"]["state"]), ("unknown", state), place)
            self.faults()
            answer = self.run_verb("user_delete", {"username": "alice", "purge": True})
            self.assertTrue(answer["met"])

    def test_host_that_went_down(self):
        self.faults({"fault": "delay", "command": "user create", "value": 20})
        self.create(wait=0)
        self.wait_until(lambda: self.commands("user", "create"))
        with open(self.at("gate/jobs", self.task + ".1", "group.json"), encoding="utf-8") as file:
            os.killpg(json.load(file), signal.SIGKILL)
        answer = self.ask(self.request("attach"))
        self.assertEqual((answer["state"], answer["class"]), ("unknown", "unknown"))
        self.assertEqual((answer["key"], answer["seen"]["state"]), ("no_result", "absent"))
        self.faults()
        again = self.create(step=1)
        self.assertEqual(again["state"], "unknown")
        self.assertEqual(len(self.commands("user", "create")), 1)
        answer = self.create()
        self.assertEqual(answer["class"], "ok", answer)

    def test_runner_killed_alone_leaves_the_command_running(self):
        self.faults({"fault": "delay", "command": "user create", "value": 1})
        self.create(wait=0)
        self.wait_until(lambda: self.commands("user", "create"))
        child = self.lines("received.jsonl")[-1]["pid"]
        with open("/proc/%d/stat" % child, encoding="utf-8") as file:
            os.kill(int(file.read().rpartition(")")[2].split()[1]), signal.SIGKILL)
        self.assertEqual(self.ask(self.request("attach", wait=0))["state"], "running")
        answer = self.ask(self.request("attach"))
        self.assertEqual((answer["state"], answer["seen"]["state"]), ("unknown", "complete"))

    def test_password_of_a_lost_job_can_be_proved(self):
        self.create()
        given = {"secrets": {"password": CANARY}}
        self.faults({"fault": "delay", "command": "user update", "value": 1})
        self.run_verb("user_password", {"username": "alice"}, wait=0, **given)
        self.wait_until(lambda: self.commands("user", "update"))
        child = self.lines("received.jsonl")[-1]["pid"]
        with open("/proc/%d/stat" % child, encoding="utf-8") as file:
            os.kill(int(file.read().rpartition(")")[2].split()[1]), signal.SIGKILL)
        answer = self.ask(self.request("attach", "user_password", {"username": "alice"}, **given))
        self.assertEqual((answer["state"], answer["met"]), ("unknown", True))
        # Without the password nobody can tell.
        answer = self.ask(self.request("attach"))
        self.assertEqual((answer["state"], answer["met"]), ("unknown", None))


class Unwell(GateTest):
    def expect(self, fault, state, kind, key, seen, met=None, **more):
        self.faults(fault)
        answer = self.create(**more)
        got = (answer["state"], answer["class"], answer["key"])
        self.assertEqual(got, (state, kind, key), answer)
        self.assertEqual(answer.get("seen", {}).get("state"), seen)
        self.assertEqual(answer["met"], met)
        return answer

    def on_create(self, name, value=None):
        fault = {"fault": name, "command": "user create"}
        return fault if value is None else {**fault, "value": value}

    def test_done_although_it_says_no(self):
        for number, fault in enumerate((self.on_create("traceback_at_release"), self.on_create("disk_full", "stdout"))):
            key = ("traceback", None)[number]
            self.expect(fault, "unknown", "unknown", key, "complete", True, name="user%d" % number)
        self.expect(self.on_create("exit", 1), "done", "unknown", None, "complete", True, name="user8")
        self.expect(self.on_create("no_catalog"), "done", "trouble", "no_catalog", "complete", True, name="user9")

    def test_not_done_although_it_says_so(self):
        self.expect(self.on_create("lost_update"), "done", "unknown", "not_as_asked", "partial", False)
        self.expect(self.on_create("no_home"), "done", "unknown", "not_as_asked", "partial", False, name="bob")
        self.expect(self.on_create("no_effect"), "done", "unknown", "not_as_asked", "absent", False, name="carl")

    def test_trouble(self):
        text = "Corrupted JSON read from a file"
        for kind in (True, False):
            fault = self.on_create("raise", {"at": "home", "text": text, "traceback": kind})
            state = "unknown" if kind else "done"
            self.expect(fault, state, "trouble", "two_at_once", "partial", False, name="x%d" % kind)
        self.expect(self.on_create("disk_full", "log"), "unknown", "trouble", "disk_full", "absent", False)
        fault = self.on_create("raise", {"at": "start", "text": "nobody knows", "traceback": True})
        self.expect(fault, "unknown", "broken", "traceback", "absent", False)
        fault = self.on_create("refuse_text", "Something quite new")
        self.assertEqual(self.expect(fault, "done", "unknown", None, "absent", False)["text"], "Something quite new")

    def test_directory_down(self):
        answer = self.expect({"fault": "slapd_down", "value": 0}, "done", "trouble", "ldap_server_down", None)
        self.assertNotIn("seen", answer)
        answer = self.ask({"v": 1, "op": "read", "verb": "user", "args": {"username": "alice"}})
        self.assertEqual((answer["state"], answer["class"]), ("unknown", "trouble"))
        self.assertNotIn("seen", answer)

    def test_read_that_answers_nonsense_is_not_absent(self):
        for name in ("user info", "user group info", "user permission info", "tools versions"):
            self.faults({"fault": "read_garbage", "command": name})
            answer = self.create(name.replace(" ", "."))
            self.assertEqual(answer["class"], "unknown", answer)
            self.assertNotIn("seen", answer)

    def set_patience(self, seconds):
        with open(self.at("gate.py"), encoding="utf-8") as file:
            text = file.read()
        self.assertIn("YUNOHOST_TIMEOUT = 60", text)
        with open(self.at("gate.py"), "w", encoding="utf-8") as file:
            file.write(text.replace("YUNOHOST_TIMEOUT = 60", "YUNOHOST_TIMEOUT = %d" % seconds))

    def test_owner_of_the_lock_dies_while_the_gate_waits(self):
        """FI-12: who waits never looks again whether the owner lives, so it gives up by itself."""
        self.set_patience(2)
        self.faults({"fault": "delay", "command": "user permission ldapsync", "value": 60})
        owner = subprocess.Popen([sys.executable, self.at("standin/bin/yunohost"), "user", "permission",
                                  "ldapsync"], stdout=subprocess.DEVNULL)
        self.wait_until(lambda: os.path.exists(self.at("host/moulinette_yunohost.lock")))
        self.create(wait=0)
        self.wait_until(lambda: self.commands("user", "create"))
        time.sleep(0.3)
        owner.kill()
        owner.wait()
        answer = self.ask(self.request("attach"))
        got = (answer["state"], answer["class"], answer["key"], answer["seen"]["state"])
        self.assertEqual(got, ("done", "busy", "instance_already_running", "absent"))
        self.assertEqual(self.create()["class"], "ok")

    def test_busy(self):
        self.set_patience(0)
        self.expect({"fault": "lock_held"}, "done", "busy", "instance_already_running", "absent", False)
        self.expect({"fault": "none"}, "done", "ok", None, "complete", True)

    def test_noise(self):
        answer = self.expect(self.on_create("noise"), "done", "ok", None, "complete", True)
        self.assertLessEqual(len(answer["output"].encode()), 64 * 1024)
        self.assertNotIn("\x1b", answer["output"])
        self.assertNotIn("$6$", answer["output"])
        self.assertIn("User created", answer["output"])

    def test_log_name(self):
        fault = self.on_create("raise", {"at": "ldap", "text": "it went wrong"})
        answer = self.expect(fault, "done", "unknown", None, "partial", False)
        self.assertRegex(answer["log"], r"\A\d{8}-\d{6}-user_create-alice\Z")


class Canary(GateTest):
    """A password is nowhere but in the request, not even in a failure."""

    def watch(self, stop, found):
        while not stop.is_set():
            for name in filter(str.isdigit, os.listdir("/proc")):
                for part in ("cmdline", "environ"):
                    try:
                        with open("/proc/%s/%s" % (name, part), "rb") as file:
                            if CANARY.encode() in file.read():
                                found.append((name, part))
                    except OSError:
                        pass

    def files(self):
        for folder, _, names in os.walk(self.folder):
            for name in names:
                yield os.path.join(folder, name)

    def test_canary(self):
        stop, found = threading.Event(), []
        watcher = threading.Thread(target=self.watch, args=(stop, found))
        watcher.start()
        given, answers = {"secrets": {"password": CANARY}}, []
        self.faults({"fault": "delay", "value": 0.05})
        answers.append(self.create(**given))
        args = {"username": "alice"}
        answers.append(self.run_verb("user_password", args, **given))
        for fault in (
            {"fault": "raise", "value": {"at": "ldap", "text": "it was " + CANARY, "traceback": True}},
            {"fault": "raise", "value": {"at": "ldap", "text": json.dumps([CANARY])}},
            {"fault": "crash_after", "value": "ldap"},
        ):
            self.faults(fault)
            answers.append(self.run_verb("user_password", args, **given))
        stop.set()
        watcher.join()
        self.assertEqual(found, [])
        self.assertNotIn("Kanarienvogel", json.dumps(answers))
        self.faults()
        for path in self.files():
            with open(path, encoding="utf-8", errors="replace") as file:
                # The faults put it into the log of the host, which is not the gate's.
                if not path.endswith("yunohost-cli.log"):
                    self.assertNotIn("Kanarienvogel", file.read(), path)
            if "/gate/" in path:
                self.assertEqual(os.stat(path).st_mode & 0o077, 0, path)

    def test_hook_trace_does_not_reach_the_gate(self):
        os.makedirs(self.at("host/hooks.d/post_user_create"))
        with open(self.at("host/hooks.d/post_user_create/50-x"), "w", encoding="utf-8") as file:
            file.write('echo "$YNH_USER_PASSWORD" >&2\nexit 1\n')
        answer = self.create(secrets={"password": CANARY})
        self.assertEqual((answer["class"], answer["met"]), ("ok", True))
        self.assertIn("Could not run script", answer["output"])
        self.assertNotIn("Kanarienvogel", answer["output"])
        with open(self.at("host/log/yunohost-cli.log"), encoding="utf-8") as file:
            self.assertIn("Kanarienvogel", file.read())


if __name__ == "__main__":
    unittest.main()
