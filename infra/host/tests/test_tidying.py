# SPDX-License-Identifier: MIT
#
# What the gate forgets, at once or after its time, and what it never forgets too early.

import json
import os
import time
import unittest

from support import GateTest

DAY = 86400
SYNC = "user_permissions_sync"


class Forget(GateTest):
    def two_steps(self):
        args = {"username": "alice", "display_name": "Ann Lee"}
        answers = [self.create(), self.run_verb("user_update", args)]
        self.assertEqual([one["class"] for one in answers], ["ok", "ok"])
        return answers

    def test_every_step_of_the_task_is_forgotten_and_no_other(self):
        self.create("bob", task="o" * 24, step=1)
        first, _ = self.two_steps()
        self.assertIn("User created", first["output"])
        answer = self.ask(self.request("forget", step=1, fence=2))
        self.assertEqual((answer["state"], answer["class"], answer["output"]), ("done", "ok", ""))
        folder = self.at("gate/jobs")
        mine = [name for name in os.listdir(folder) if name.startswith(self.task)]
        self.assertEqual(sorted(mine), [self.task + ".1", self.task + ".2"])
        for name in mine:
            with open(os.path.join(folder, name, "result.json"), encoding="utf-8") as file:
                result = json.load(file)
            self.assertEqual((result["output"], result["text"], result["log"]), ("", "", None))
            self.assertNotIn("seen", result)
        other = self.ask(self.request("attach", task="o" * 24, step=1))
        self.assertIn("User created", other["output"])

    def test_a_repeated_step_has_its_outcome_and_never_runs_again(self):
        first, second = self.two_steps()
        for _ in range(2):
            self.ask(self.request("forget", step=1, fence=2))
        args = {"username": "alice", "display_name": "Ann Lee"}
        again = self.run_verb("user_update", args, step=2, fence=2)
        for name in ("state", "exit", "class", "key", "met", "seconds"):
            self.assertEqual(again[name], second[name])
        self.assertEqual(self.create("bob", step=1, fence=2)["key"], "step_mismatch")
        self.assertEqual(len(self.commands("user", "create")) + len(self.commands("user", "update")), 2)

    def test_what_is_late_is_refused(self):
        self.two_steps()
        self.ask(self.request("forget", step=1, fence=2))
        for step in (1, 2, 3):
            for op in ("run", "attach", "forget"):
                answer = self.ask(self.request(op, SYNC, step=step, fence=1))
                self.assertEqual((answer["state"], answer["key"]), ("refused", "stale_fence"))
        self.assertEqual(self.commands("user", "permission", "ldapsync"), [])

    def test_a_step_that_is_unknown_or_still_runs_is_left_alone(self):
        self.assertEqual(self.ask(self.request("forget", step=7))["state"], "none")
        self.faults({"fault": "delay", "command": "user create", "value": 1})
        self.create(wait=0)
        self.wait_until(lambda: self.commands("user", "create"))
        self.assertEqual(self.ask(self.request("forget", wait=0))["state"], "running")
        answer = self.ask(self.request("attach"))
        self.assertEqual((answer["class"], answer["seen"]["state"]), ("ok", "complete"))
        self.assertIn("User created", answer["output"])


class Sweep(GateTest):
    def age(self, days, *parts):
        path = self.at("gate", *parts)
        then = time.time() - days * DAY
        os.utime(path, (then, then))
        return path

    def sweep(self):
        self.age(1, "swept")
        self.run_verb(SYNC, task="z" * 24)

    def test_old_claims_fences_and_marks_go(self):
        self.create()
        self.run_verb("user_delete", {"username": "alice", "purge": False})
        names = (("jobs", self.task + ".1"), ("fences", self.task), ("leaving", "alice"))
        paths = [self.age(29, *name) for name in names]
        self.sweep()
        self.assertEqual([os.path.exists(path) for path in paths], [True] * 3)
        for name in names:
            self.age(31, *name)
        self.sweep()
        self.assertEqual([os.path.exists(path) for path in paths], [False] * 3)
        self.assertTrue(os.path.exists(self.at("gate/jobs", self.task + ".2")))

    def test_an_old_job_that_still_runs_stays(self):
        self.faults({"fault": "delay", "command": "user create", "value": 1})
        self.create(wait=0)
        self.wait_until(lambda: self.commands("user", "create"))
        path = self.age(31, "jobs", self.task + ".1")
        self.age(1, "swept")
        self.ask(self.request("run", SYNC, task="z" * 24, wait=0))
        self.assertTrue(os.path.exists(path))
        self.assertEqual(self.ask(self.request("attach", step=1))["class"], "ok")

    def test_claims_that_were_cut_short_go_too(self):
        self.create()
        for name in (".new-empty", ".new-locked"):
            os.mkdir(self.at("gate/jobs", name))
        open(self.at("gate/jobs/.new-locked/runner.lock"), "w", encoding="utf-8").close()
        for name in (".new-empty", ".new-locked"):
            self.age(31, "jobs", name)
        self.sweep()
        left = [name for name in os.listdir(self.at("gate/jobs")) if name.startswith(".")]
        self.assertEqual(left, [])

    def test_a_purge_without_its_mark_touches_no_folder(self):
        self.create()
        self.run_verb("user_delete", {"username": "alice", "purge": False})
        self.age(31, "leaving", "alice")
        self.sweep()
        answer = self.run_verb("user_delete", {"username": "alice", "purge": True})
        self.assertEqual((answer["class"], answer["met"]), ("not_found", False))
        self.assertEqual(os.listdir(self.at("home")), ["alice"])


if __name__ == "__main__":
    unittest.main()
