# SPDX-License-Identifier: MIT
#
# The gate ended at every point of its work, with every verb that changes something: what a later worker
# is told is true, no step runs its command twice, and nothing is stuck.

import os
import signal
import unittest

import crash_gate
from support import DOMAIN, SOURCES, GateTest

PASSWORD = "Lantern-4-the-gate"
# Verb: arguments beside the username, the change in the stand-in's ledger, whether an account is needed.
VERBS = {
    "user_create": ({"display_name": "Ann Lee", "domain": DOMAIN}, "user_created", False),
    "user_password": ({}, "user_updated", True),
    "user_update": ({"display_name": "Ann Lee"}, "user_updated", True),
    "user_delete": ({"purge": True}, "user_deleted", True),
    "user_permissions_sync": (None, "permissions_synced", False),
}
# Point: what is known afterwards, and whether the command has run by then.
OUTCOMES = {
    "before_claim": ("none", False),
    "after_claim_file": ("none", False),
    "after_claim": ("unknown", False),
    "before_spawn": ("unknown", False),
    "before_session": ("unknown", False),
    "after_spawn": ("done", True),
    "before_job": ("unknown", False),
    "before_start": ("unknown", False),
    "before_end": ("unknown", True),
    "after_end": ("unknown", True),
    "before_result": ("unknown", True),
    "after_result": ("done", True),
    "after_answer": ("done", True),
}


class CrashTest(GateTest):
    program = [os.path.abspath(crash_gate.__file__)]

    def order(self, text):
        with open(self.at("crash"), "w", encoding="utf-8") as file:
            file.write(text)

    def end_early(self, request, point):
        """Sends a request that is ended at the point; what was printed."""
        self.order(point)
        process = self.start(request)
        out, err = process.communicate(timeout=60)
        self.assertEqual(err, b"")
        self.assertIn((process.returncode, out.count(b"\n")), ((-signal.SIGKILL, 0), (0, 1)))
        self.wait_until(lambda: not os.path.exists(self.at("crash")))
        return out

    def add_account(self, name):
        """As a create of the host leaves it, without the time that it takes."""
        def add(state):
            model = state["users"]["model"]
            state["users"][name] = {**model, "fullname": "Old Name", "mail": [name + "@" + DOMAIN]}
            state["groups"][name] = {"members": [name], "mail": []}
            state["groups"]["all_users"]["members"].append(name)

        self.set_state(add)
        os.mkdir(self.at("home", name))


class EveryPoint(CrashTest):
    def test_tables(self):
        gate = crash_gate.load(os.path.join(SOURCES, "gatehouse_gate.py"))
        self.assertEqual(set(VERBS), set(gate.ARGS))
        self.assertEqual(list(OUTCOMES), list(crash_gate.POINTS))

    def go_through(self, verb):
        self.create("model")
        for number, point in enumerate(OUTCOMES):
            with self.subTest(verb=verb, point=point):
                self.recover(verb, point, "user%d" % number)

    def recover(self, verb, point, name):
        values, effect, needs_account = VERBS[verb]
        state, has_run = OUTCOMES[point]
        if needs_account:
            self.add_account(name)
        self.task = name.ljust(24, "-")
        args = {} if values is None else {"username": name, **values}
        given = {"secrets": {"password": PASSWORD}} if verb == "user_password" else {}
        begun, done = len(self.changes()), len(self.effects(effect))

        def ask(op, step, fence):
            return self.ask(self.request(op, verb, args, step=step, fence=fence, **given))

        self.end_early(self.request("run", verb, args, step=1, **given), point)
        answer = ask("attach", 1, 2)
        self.assertEqual(answer["state"], state, answer)
        self.assertEqual(len(self.changes()) - begun, has_run)
        if state != "none":
            key, kind = (None, "ok") if state == "done" else ("no_result", "unknown")
            self.assertEqual((answer["key"], answer["class"]), (key, kind))
            self.assertIs(answer["met"], has_run if args else None)
            again = ask("run", 1, 2)
            self.assertEqual({**again, "seconds": 0}, {**answer, "seconds": 0})
            self.assertEqual(len(self.changes()) - begun, has_run)
        if answer["class"] != "ok" and not answer["met"]:
            answer = ask("run", 1 if state == "none" else 2, 3)
            self.assertEqual((answer["class"], answer["met"]), ("ok", True if args else None), answer)
        self.assertEqual(ask("run", 9, 1)["key"], "stale_fence")
        # Another sync is needed where nobody can see whether the first one was done.
        twice = verb == "user_permissions_sync" and state == "unknown" and has_run
        self.assertEqual(len(self.effects(effect)) - done, 2 if twice else 1)
        self.wait_until(lambda: not self.gate_processes())

    def changes(self):
        return [one for one in self.lines("received.jsonl") if one["args"][1] in ("create", "update", "delete")
                or one["args"][1:3] == ["permission", "ldapsync"]]

    def test_create(self):
        self.go_through("user_create")

    def test_password(self):
        self.go_through("user_password")

    def test_update(self):
        self.go_through("user_update")

    def test_delete(self):
        self.go_through("user_delete")

    def test_permissions_sync(self):
        self.go_through("user_permissions_sync")


class Rebooted(CrashTest):
    def test_host_that_starts_again_in_the_middle(self):
        """FI-09: runner and command are gone, the claim stays, and its process number is somebody's."""
        for number, (place, state) in enumerate((
            ("start", "absent"), ("ldap", "partial"), ("all_users", "unsynced"), ("hooks", "complete"),
        )):
            name = "user%d" % number
            fault = {"fault": "crash_after", "command": "user create", "value": place, "times": 1}
            self.faults(fault)
            args = {"username": name, "display_name": "Ann Lee %d" % number, "domain": DOMAIN}
            self.task = name.ljust(24, "-")
            self.end_early(self.request("run", "user_create", args, step=1), "before_end")
            # What lies under /run does not outlive a reboot.
            os.unlink(self.at("host/moulinette_yunohost.lock"))
            self.write(os.path.join("gate/jobs", self.task + ".1", "group.json"), os.getpid())
            answer = self.ask(self.request("attach", step=1, fence=2))
            self.assertEqual((answer["state"], answer["key"]), ("unknown", "no_result"))
            self.assertEqual((answer["seen"]["state"], answer["met"]), (state, state == "complete"))
            self.run_verb("user_create", args, step=1, fence=2)
            self.assertEqual(len(self.commands("user", "create", name)), 1)
            if state == "partial":
                remove = {"username": name, "purge": True}
                self.assertTrue(self.run_verb("user_delete", remove, step=2, fence=2)["met"])
            if state in ("absent", "partial"):
                self.assertTrue(self.run_verb("user_create", args, step=3, fence=2)["met"])
            self.run_verb("user_permissions_sync", step=4, fence=2)
            self.assertEqual(self.see(name)["state"], "complete")


class DiskFull(CrashTest):
    """FI-34: no part of a success, and no claim that nobody holds."""

    def test_before_anything(self):
        self.order("before_claim_file full")
        answer = self.create()
        self.assertEqual((answer["state"], answer["key"]), ("unknown", "gate_trouble"))
        self.assertEqual(os.listdir(self.at("gate/jobs")), [])
        self.assertEqual(self.ask(self.request("attach", fence=2))["state"], "none")
        self.assertEqual(self.create(step=1, fence=2)["class"], "ok")
        self.assertEqual(len(self.commands("user", "create")), 1)

    def test_after_the_command(self):
        self.order("before_result full")
        answer = self.create()
        self.assertEqual((answer["state"], answer["key"], answer["met"]), ("unknown", "no_result", True))
        self.assertEqual(self.ask(self.request("attach", fence=2))["state"], "unknown")
        self.assertEqual(self.create(step=1, fence=2)["met"], True)
        self.assertEqual(len(self.commands("user", "create")), 1)


if __name__ == "__main__":
    unittest.main()
