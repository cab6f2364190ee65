# SPDX-License-Identifier: MIT
#
# The stand-in against what is known of the real one, through the program for people.

import json
import os
import signal
import socket
import subprocess
import sys
import time
import unittest

from support import GateTest

HEADER = "username;firstname;lastname;password;mail;mailbox-quota;mail-alias;mail-forward;groups\n"
GOOD = "Str0ng-enough!"


class StandIn(GateTest):
    def begin(self, *args, **options):
        return subprocess.Popen(
            [sys.executable, self.at("standin/bin/yunohost"), *args, "--output-as", "json"],
            stdin=options.pop("stdin", subprocess.DEVNULL),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
        )

    def yunohost(self, *args, **options):
        process = self.begin(*args, **options)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def new(self, name, full="Some Body", *more):
        return self.yunohost("user", "create", name, "-F", full, "-p", GOOD, "-d", "example.test", *more)

    def answer(self, *args):
        code, out, _ = self.yunohost(*args)
        self.assertEqual(code, 0)
        return json.loads(out.splitlines()[-1])

    def log(self):
        with open(self.at("host/log/yunohost-cli.log"), encoding="utf-8") as file:
            return file.read()

    def load(self, text, *more):
        path = self.at("rows.csv")
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        code, out, err = self.yunohost("user", "import", path, *more)
        lines = out.splitlines()
        found = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else None
        return code, found, err


class Commands(StandIn):
    def test_channels_and_order(self):
        code, out, err = self.new("alice")
        lines = out.splitlines()
        self.assertEqual((code, err), (0, ""))
        self.assertIn("password", lines[0])
        self.assertTrue(lines[1].startswith("INFO ") and lines[-2].startswith("SUCCESS "))
        self.assertEqual(json.loads(lines[-1])["mail"], "alice@example.test")
        code, out, err = self.yunohost("user", "delete", "alice")
        self.assertTrue(out.splitlines()[-1].startswith("SUCCESS"))

    def test_parser(self):
        for args in (("user", "update", "a", "--change-password", "-x"), ("user", "nothing"),
                     ("user", "info"), ("user", "list", "--nonsense"), ()):
            code, _, err = self.yunohost(*args)
            self.assertEqual(code, 2, args)
            self.assertIn("usage", err)
        self.new("alice")
        code, _, _ = self.yunohost("user", "update", "alice", "--change-pass=-x9%s" % GOOD)
        self.assertEqual(code, 0)

    def test_prompts_fail(self):
        code, _, err = self.yunohost("user", "create", "alice", "-F", "A B", "-d", "example.test")
        self.assertEqual((code, "Not a tty" in err), (1, True))
        self.new("alice")
        code, _, err = self.yunohost("user", "update", "alice", "-p")
        self.assertEqual((code, "Not a tty" in err), (1, True))

    def test_refused_values_are_logged_and_good_ones_are_not(self):
        self.new("alice")
        self.assertNotIn(GOOD, self.log())
        code, _, err = self.yunohost("user", "update", "alice", "-p=7%")
        self.assertEqual(code, 1)
        self.assertIn("7%", err)
        self.assertIn("7%", self.log())

    def test_update_resets_the_shell_and_delete_leaves_the_home(self):
        self.new("alice", "A B", "-s", "/bin/sh")
        self.assertEqual(self.answer("user", "info", "ALICE")["loginShell"], "/bin/sh")
        self.yunohost("user", "update", "alice", "-F", "A C")
        self.assertEqual(self.answer("user", "info", "alice")["loginShell"], "/bin/bash")
        self.yunohost("user", "delete", "alice")
        self.assertTrue(os.path.isdir(self.at("home/alice")))
        code, _, err = self.yunohost("user", "delete", "alice", "--purge")
        self.assertEqual((code, "Unknown user: alice" in err), (1, True))
        self.assertTrue(os.path.isdir(self.at("home/alice")))

    def test_filter(self):
        self.new("alice")
        self.assertEqual(self.answer("user", "info", "a*")["username"], "alice")
        code, _, err = self.yunohost("user", "info", "a)(uid=*")
        self.assertEqual((code, "Bad search filter" in err), (1, True))

    def test_list_and_groups(self):
        self.new("alice")
        self.assertEqual(self.answer("user", "list")["users"]["alice"]["fullname"], "Some Body")
        self.assertNotIn("alice", self.answer("user", "group", "list")["groups"])
        self.assertIn("alice", self.answer("user", "group", "list", "-p")["groups"])
        mail = self.answer("user", "permission", "list")["permissions"]["mail.main"]
        self.assertEqual(mail["corresponding_users"], ["alice"])
        self.assertIn("alice;Some;Body;;alice@example.test", self.answer("user", "export"))
        self.assertEqual(self.yunohost("user", "list", "--fields", "secret")[0], 1)

    def test_no_path(self):
        code, _, err = self.yunohost("user", "list", env={})
        self.assertEqual((code, "KeyError" in err), (1, True))


class Import(StandIn):
    def row(self, name, **more):
        values = {"password": GOOD, "mail": name + "@example.test", "alias": "", "groups": "", **more}
        fields = [name, "Some", "Body", values["password"], values["mail"], "0", values["alias"]]
        return ";".join([*fields, "", values["groups"]]) + "\n"

    def counts(self, created, errors):
        return {"created": created, "updated": 0, "deleted": 0, "errors": errors}

    def test_good_and_again(self):
        self.assertEqual(self.load(HEADER + self.row("alice"))[:2], (0, self.counts(1, 0)))
        self.assertEqual(self.load(HEADER + self.row("alice"))[:2], (0, {}))
        self.assertEqual(self.load(HEADER)[:2], (0, {}))

    def test_groups_make_admins(self):
        self.load(HEADER + self.row("alice", groups="admins"))
        self.assertEqual(self.state()["groups"]["admins"]["members"], ["alice"])

    def test_errors(self):
        code, found, err = self.load(HEADER + self.row("alice", password="password1"))
        self.assertEqual((code, found), (0, self.counts(0, 1)))
        self.assertIn("completely failed", err)
        self.load(HEADER + self.row("alice"))
        text = HEADER + self.row("bob", alias="alice@example.test")
        self.assertEqual(self.load(text)[:2], (0, self.counts(0, 1)))
        self.assertIn("mail.main", self.state()["users"]["bob"]["permission"])
        self.faults({"fault": "import_errors"})
        self.assertEqual(self.load(HEADER + self.row("carl"))[:2], (0, self.counts(0, 1)))
        self.assertIn("mail.main", self.state()["users"]["carl"]["permission"])

    def test_refused_files(self):
        for text, words in (
            (HEADER + self.row("alice") + self.row("Bad-Name"), "Incorrect line 2"),
            (HEADER + self.row("alice", mail="a@other.test"), "unknown domains"),
            ("username;firstname\nalice;A\n", "columns are missing"),
            ("\ufeff" + HEADER + self.row("alice"), "columns are missing"),
            ("", "Traceback"),
        ):
            code, found, err = self.load(text)
            self.assertEqual((code, found), (1, None))
            self.assertIn(words, err)
        self.assertEqual(self.effects("user_created"), [])

    def test_replace_and_delete(self):
        self.load(HEADER + self.row("alice") + self.row("bob"))
        code, found, _ = self.load(HEADER + self.row("alice", alias="a.b@example.test"), "-u", "-d")
        self.assertEqual((code, found["updated"], found["deleted"]), (0, 1, 1))
        self.assertEqual(list(self.state()["users"]), ["alice"])

    def test_socket_as_input(self):
        here, there = socket.socketpair()
        here.sendall((HEADER + self.row("alice")).encode())
        here.shutdown(socket.SHUT_WR)
        code, _, err = self.yunohost("user", "import", "/dev/stdin", stdin=there)
        here.close()
        there.close()
        self.assertEqual(code, 1)
        self.assertIn("unable to parse arguments", err)


class Lock(StandIn):
    def lock_file(self):
        return self.at("host/moulinette_yunohost.lock")

    def sleeper(self, seconds):
        self.faults({"fault": "delay", "command": "user create", "value": seconds, "times": 1})
        process = self.begin("user", "create", "alice", "-F", "A B", "-p", GOOD, "-d", "example.test")
        self.wait_until(lambda: os.path.exists(self.lock_file()) and not self.pending())
        return process

    def pending(self):
        with open(self.at("host/faults.json"), encoding="utf-8") as file:
            return json.load(file)

    def test_waiting_and_giving_up(self):
        process = self.sleeper(1.2)
        code, _, err = self.yunohost("user", "permission", "ldapsync", "--timeout", "0")
        self.assertEqual((code, "already a YunoHost operation running" in err), (1, True))
        self.assertEqual(self.yunohost("user", "list")[0], 0)
        self.assertEqual(self.yunohost("user", "permission", "ldapsync", "--timeout", "9")[0], 0)
        process.communicate()

    def test_dead_owner(self):
        process = self.sleeper(60)
        waiter = self.begin("user", "permission", "ldapsync", "--timeout", "2")
        time.sleep(0.4)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        self.assertTrue(os.path.exists(self.lock_file()))
        waiter.communicate(timeout=20)
        self.assertEqual(waiter.returncode, 1)
        self.assertEqual(self.yunohost("user", "permission", "ldapsync", "--timeout", "0")[0], 0)

    def test_interrupt_gives_it_back(self):
        process = self.sleeper(60)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        self.assertEqual((process.returncode, os.path.exists(self.lock_file())), (1, False))

    def test_two_at_once_lose_one_in_silence(self):
        """Without the gate's lock; the two are let through together by starting them as one."""
        program = (
            "import argparse, os, sys, time; sys.path.insert(0, %r); import yunohost\n"
            "name = 'anna' if os.fork() else 'bert'; time.sleep(0.2 - time.time() %% 0.1)\n"
            "parser = argparse.ArgumentParser(add_help=False)\n"
            "args = ['user', 'create', name, '-F', 'A B', '-p', %r, '-d', 'example.test']\n"
            "yunohost.cli(False, False, 'json', 60, args, parser)\n" % (self.at("standin"), GOOD)
        )
        for _ in range(5):
            for name in ("anna", "bert"):
                self.yunohost("user", "delete", name)
            done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
            self.assertEqual(done.returncode, 0)
            self.wait_until(lambda: not os.path.exists(self.lock_file()))
            time.sleep(0.1)
            state = self.state()
            self.assertEqual(len(state["users"]), 2)
            if len(state["groups"]["all_users"]["members"]) == 1:
                return
        self.fail("both were always kept")


if __name__ == "__main__":
    unittest.main()
