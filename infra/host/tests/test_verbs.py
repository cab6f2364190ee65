# SPDX-License-Identifier: MIT
#
# What each verb does, answers and sees.

import os
import unittest

from support import DOMAIN, GateTest

PASSWORD = "-x 'Quoted\" \\ $HOME \u00fc9"


class Verbs(GateTest):
    def test_version(self):
        answer = self.ask({"v": 1, "op": "version"})
        self.assertEqual(answer["seen"], {"gate": 1, "yunohost": "12.1.25"})

    def test_create_without_password_gives_one_that_nobody_knows(self):
        answer = self.create(display="Zoë O'Neil, jr.")
        self.assertEqual((answer["state"], answer["class"], answer["exit"]), ("done", "ok", 0))
        self.assertTrue(answer["met"])
        seen = answer["seen"]
        self.assertEqual(seen["state"], "complete")
        self.assertEqual((seen["full_name"], seen["mail"]), ("Zoë O'Neil, jr.", "alice@" + DOMAIN))
        self.assertEqual(seen, self.see())
        sent = self.commands("user", "create", "alice")[0]
        self.assertEqual(sent[3], "--fullname=Zoë O'Neil, jr.")
        self.assertEqual(sent[4]["option"], "--password=")

    def test_create_with_password_and_quota(self):
        args = {"username": "bob", "display_name": "Bob", "domain": DOMAIN, "quota": "500M"}
        answer = self.run_verb("user_create", args, secrets={"password": PASSWORD})
        self.assertEqual(answer["class"], "ok")
        self.assert_password(self.effects("user_created")[0]["password"], PASSWORD)
        self.assertEqual(self.state()["users"]["bob"]["quota"], "500M")

    def test_password(self):
        self.create()
        self.set_state(lambda state: state["users"]["alice"].update(shell="/bin/sh"))
        args = {"username": "alice"}
        answer = self.run_verb("user_password", args, secrets={"password": PASSWORD})
        self.assertEqual((answer["class"], answer["met"]), ("ok", True))
        self.assertTrue(answer["seen"]["password_works"])
        self.assertEqual(answer["seen"]["shell"], "/bin/sh")
        self.assert_password(self.effects("user_updated")[0]["password"], PASSWORD)

    def test_password_that_looks_like_an_option(self):
        self.create()
        for password in ("--force --purge", "-p -p -p -p", "--help--help", "=========", "%s%s%n%00"):
            args = {"username": "alice"}
            answer = self.run_verb("user_password", args, secrets={"password": password})
            self.assertEqual((answer["class"], answer["met"]), ("ok", True), answer)

    def test_password_that_does_not_take(self):
        self.create()
        self.faults({"fault": "no_effect", "command": "user update"})
        answer = self.run_verb("user_password", {"username": "alice"}, secrets={"password": PASSWORD})
        self.assertEqual((answer["exit"], answer["class"], answer["met"]), (0, "unknown", False))
        self.assertFalse(answer["seen"]["password_works"])

    def test_password_refused_by_the_host(self):
        self.create()
        args = {"username": "alice"}
        for password, key in (("password1", "password_listed"), ("sunshine", "password_listed")):
            answer = self.run_verb("user_password", args, secrets={"password": password})
            self.assertEqual((answer["class"], answer["key"]), ("refused_input", key))
        self.assertEqual(self.effects("user_updated"), [])

    def test_update_keeps_the_shell(self):
        self.create()
        self.set_state(lambda state: state["users"]["alice"].update(shell="/bin/sh"))
        answer = self.run_verb("user_update", {"username": "alice", "display_name": "Ann  Lee"})
        self.assertEqual((answer["class"], answer["met"]), ("ok", True), answer)
        self.assertEqual((answer["seen"]["full_name"], answer["seen"]["shell"]), ("Ann Lee", "/bin/sh"))

    def test_delete_with_and_without_purge(self):
        self.create()
        os.mkdir(self.at("mail/alice"))
        answer = self.run_verb("user_delete", {"username": "alice", "purge": False})
        self.assertEqual((answer["class"], answer["met"]), ("ok", True))
        self.assertEqual((answer["seen"]["state"], answer["seen"]["home"]), ("absent", True))
        answer = self.run_verb("user_delete", {"username": "alice", "purge": True})
        self.assertEqual((answer["class"], answer["key"]), ("not_found", "user_unknown"))
        self.assertTrue(answer["met"])
        self.assertEqual((os.listdir(self.at("home")), os.listdir(self.at("mail"))), ([], []))

    def test_leftovers_go_without_following_links(self):
        self.create()
        outside = self.at("outside")
        os.mkdir(outside)
        open(os.path.join(outside, "kept"), "w", encoding="utf-8").close()
        os.symlink(outside, self.at("home/alice/link"))
        os.symlink(outside, self.at("mail/alice"))
        self.faults({"fault": "crash_after", "command": "user delete", "value": "ldap"})
        answer = self.run_verb("user_delete", {"username": "alice", "purge": True})
        self.assertEqual((answer["state"], answer["key"], answer["met"]), ("unknown", "signal", True))
        self.assertEqual((os.listdir(self.at("home")), os.listdir(self.at("mail"))), ([], []))
        self.assertEqual(os.listdir(outside), ["kept"])

    def test_folders_that_are_no_home_stay(self):
        os.mkdir(self.at("home/yunohost.app"))
        answer = self.run_verb("user_delete", {"username": "yunohost.app", "purge": True})
        self.assertEqual((answer["class"], answer["met"]), ("not_found", False))
        self.assertEqual(os.listdir(self.at("home")), ["yunohost.app"])

    def test_missing_account(self):
        for verb, args, given in (
            ("user_password", {"username": "nobody1"}, {"password": PASSWORD}),
            ("user_update", {"username": "nobody1", "display_name": "No"}, {}),
            ("user_delete", {"username": "nobody1", "purge": False}, {}),
        ):
            answer = self.run_verb(verb, args, secrets=given)
            self.assertEqual((answer["class"], answer["key"]), ("not_found", "user_unknown"))
            self.assertEqual(answer["seen"]["state"], "absent")

    def test_administrators_are_out_of_reach(self):
        self.create()
        self.set_state(lambda state: state["groups"]["admins"]["members"].append("alice"))
        for verb, args, given in (
            ("user_password", {"username": "alice"}, {"password": PASSWORD}),
            ("user_update", {"username": "alice", "display_name": "No"}, {}),
            ("user_delete", {"username": "alice", "purge": True}, {}),
        ):
            answer = self.run_verb(verb, args, secrets=given)
            self.assertEqual((answer["state"], answer["key"]), ("refused", "is_admin"))
        self.assertEqual(self.commands("user", "update") + self.commands("user", "delete"), [])

    def test_conflicts(self):
        self.create()
        self.create("bob", "Carol")
        for name, key in (
            ("alice", "user_already_exists"),
            ("carol", "ldap_attribute_already_exists"),
            ("visitors", "ldap_attribute_already_exists"),
            ("postmaster", "ldap_attribute_already_exists"),
            ("daemon", "system_username_exists"),
        ):
            answer = self.create(name, "Other Name")
            self.assertEqual((answer["class"], answer["key"]), ("conflict", key), name)
            self.assertFalse(answer["met"])

    def test_other_releases_are_refused(self):
        self.write("standin/standin.json", {
            "state_folder": self.at("host"), "home_folder": self.at("home"),
            "mail_folder": self.at("mail"), "domains": [DOMAIN], "version": "11.3.0",
        })
        answer = self.create()
        self.assertEqual((answer["state"], answer["key"]), ("refused", "unsupported_version"))
        self.assertEqual(self.commands("user", "create"), [])

    def test_attach_and_read_job(self):
        self.assertEqual(self.ask(self.request("attach", step=9))["state"], "none")
        first = self.create()
        self.assertEqual(self.ask(self.request("attach")), first)
        self.assertEqual(self.ask(self.request("read", "job")), first)


class Strict(GateTest):
    standin = {"strength": 4}

    def test_drawn_password_suits_the_highest_level(self):
        self.assertEqual(self.create()["class"], "ok")
        args = {"username": "alice"}
        answer = self.run_verb("user_password", args, secrets={"password": "Long3nough?"})
        self.assertEqual((answer["class"], answer["key"]), ("refused_input", "password_too_simple"))


if __name__ == "__main__":
    unittest.main()
