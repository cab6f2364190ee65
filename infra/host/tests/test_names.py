# SPDX-License-Identifier: MIT
#
# The read of every name that nobody new may have, and that it is whole or not at all.

import grp
import json
import pwd
import subprocess
import sys
import unittest

from support import DOMAIN, GateTest


def accounts_of_the_system():
    users = {one.pw_name.lower() for one in pwd.getpwall()}
    return users | {one.gr_name.lower() for one in grp.getgrall()}


class Names(GateTest):
    standin = {"apps": ["songbook", "my_webapp__2"]}

    def names(self):
        answer = self.ask({"v": 1, "op": "read", "verb": "names"})
        self.assertEqual((answer["state"], answer["class"]), ("done", "ok"), answer)
        return answer["names"]

    def refused(self):
        answer = self.ask({"v": 1, "op": "read", "verb": "names"})
        self.assertNotIn("names", answer)
        return answer["state"], answer["class"], answer["key"]

    def person(self, name):
        return next((one for one in self.names()["people"] if one["username"] == name), None)

    def group(self, name, mail=()):
        group = {"members": [], "mail": list(mail)}
        self.set_state(lambda state: state["groups"].update({name: group}))

    def test_groups_permissions_and_accounts_of_the_system(self):
        self.create()
        self.group("Choir  of Men", ["singers@" + DOMAIN, "other@elsewhere.test"])
        before = accounts_of_the_system()
        names = self.names()
        # What came or went meanwhile may be in it or not: the test of the installer makes a group of its own.
        machine = before & accounts_of_the_system()
        reserved = set(names["reserved"])
        self.assertLessEqual({"admins", "all_users", "visitors", "choir of men"}, reserved)
        self.assertLessEqual({"mail.main", "ssh.main", "songbook.main", "singers", "postmaster"}, reserved)
        self.assertLessEqual(machine, reserved)
        self.assertNotIn("other", reserved)
        self.assertEqual(names["apps"], ["my_webapp__2", "songbook"])
        self.assertEqual(names["reserved"], sorted(reserved))

    def test_people_are_apart_from_what_is_reserved(self):
        self.create("alice", "Alice Doe")
        names = self.names()
        self.assertEqual(names["people"], [{"username": "alice", "full_names": [], "aliases": []}])
        self.assertNotIn("alice", names["reserved"])

    def test_what_else_is_a_persons(self):
        self.create()
        mail = ["alice@" + DOMAIN, "Songs@" + DOMAIN.upper(), "far@elsewhere.test"]
        self.set_state(lambda state: state["users"]["alice"].update(fullname="DALIDA", mail=mail))
        expected = {"username": "alice", "full_names": ["dalida"], "aliases": ["songs"]}
        self.assertEqual(self.person("alice"), expected)
        for fullname in ("Alice", "Dalida Moon", "D", "x" * 21, "d\u00e4lida", "-dalida"):
            self.set_state(lambda state: state["users"]["alice"].update(fullname=fullname))
            self.assertEqual(self.person("alice")["full_names"], [], fullname)
        self.set_state(lambda state: state["users"]["alice"].update(fullname="\uff24alida"))
        self.assertEqual(self.person("alice")["full_names"], ["dalida"])

    def test_a_name_that_nobody_can_have_is_left_out(self):
        self.create()
        for name in ("a\nb", "x" * 65, "", "tab\there", "\ud800", "\x1b[2J"):
            self.group(name)
        for name in ("__proto__", "$ne", "'\"\\", "x" * 64):
            self.group(name)
        reserved = self.names()["reserved"]
        self.assertLessEqual({"__proto__", "$ne", "'\"\\", "x" * 64}, set(reserved))
        self.assertTrue(all(name.isprintable() and 0 < len(name) <= 64 for name in reserved))

    def test_it_changes_nothing_and_runs_beside_a_command(self):
        self.create()
        before = self.state()
        self.faults({"fault": "lock_held"})
        self.assertGreater(len(self.names()["reserved"]), 5)
        self.assertEqual(self.state(), before)
        self.assertEqual(self.commands("app"), [["app", "list"]])

    def test_many_names_come_whole_and_too_many_not_at_all(self):
        self.create()
        people = {"u%05d" % number: self.state()["users"]["alice"] for number in range(4000)}
        self.set_state(lambda state: state["users"].update(people))
        self.assertEqual(len(self.names()["people"]), 4001)
        groups = {"g%06d%s" % (number, "x" * 50): {"members": [], "mail": []} for number in range(20000)}
        self.set_state(lambda state: state["groups"].update(groups))
        self.assertEqual(self.refused(), ("unknown", "trouble", "too_many_names"))

    def test_half_a_list_is_none(self):
        self.create()
        for fault, expected in (
            ({"fault": "read_garbage", "command": "app list"}, ("unknown", "unknown", "read_failed")),
            ({"fault": "slapd_down", "command": "app list", "value": 0}, ("unknown", "trouble", "ldap_server_down")),
            ({"fault": "slapd_down", "command": "", "value": 0}, ("unknown", "trouble", "ldap_server_down")),
        ):
            self.faults(fault)
            self.assertEqual(self.refused(), expected, fault)

    def test_it_takes_no_values(self):
        for change in ({"args": {"username": "alice"}}, {"secrets": {"password": "x" * 9}}):
            answer = self.ask({"v": 1, "op": "read", "verb": "names", **change})
            self.assertEqual(answer["state"], "refused", answer)
        for op in ("run", "attach"):
            answer = self.ask({**self.request(op), "verb": "names", "step": 1})
            self.assertEqual((answer["state"], answer["key"]), ("refused", "not_allowed"))


class HandMadeGroups(GateTest):
    standin = {"apps": ["songbook"]}

    def by_hand(self, *line):
        done = subprocess.run(
            [sys.executable, self.at("standin/bin/yunohost"), *line, "--output-as", "json"],
            capture_output=True, text=True, check=False,
        )
        return done.returncode, done.stdout.splitlines()[-1:], done.stderr

    def test_are_made_and_deleted(self):
        self.assertEqual(self.by_hand("user", "group", "create", "choir")[:2], (0, ['{"name": "choir"}']))
        code, _, said = self.by_hand("user", "group", "create", "choir")
        self.assertEqual((code, "already exists" in said), (1, True))
        answer = self.create("choir", "Somebody")
        self.assertEqual((answer["class"], answer["key"]), ("conflict", "ldap_attribute_already_exists"))
        self.assertEqual(self.by_hand("user", "group", "delete", "choir")[0], 0)
        self.assertEqual(self.by_hand("user", "group", "delete", "choir")[0], 1)
        self.assertEqual(self.create("choir", "Somebody")["class"], "ok")
        for name in ("all_users", "choir"):
            self.assertEqual(self.by_hand("user", "group", "delete", name)[0], 1)

    def test_an_installed_app_keeps_its_name(self):
        code, listed, _ = self.by_hand("app", "list")
        self.assertEqual((code, json.loads(listed[0])["apps"][0]["id"]), (0, "songbook"))
        for name, key in (("songbook", "system_username_exists"), ("songbook.main", "ldap_attribute_already_exists")):
            answer = self.create(name, "Somebody")
            self.assertEqual((answer["class"], answer["key"]), ("conflict", key), answer)


if __name__ == "__main__":
    unittest.main()
