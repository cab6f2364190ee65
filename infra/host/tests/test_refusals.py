# SPDX-License-Identifier: MIT
#
# What the gate does not let through, and that nothing was run then.

import json
import os
import random
import re
import time
import unicodedata
import unittest

import crash_gate
from support import DOMAIN, SOURCES, GateTest

HOSTILE = [
    ";id", "$(id)", "`id`", "|id", "&&id", "\n id", "\r\n", "\0", "'", '"', "\\", "${IFS}", "~root",
    "{a,b}", "*", ">x", "<x", "!!", "%0a", "\U0001f600", "\u202e", "a" * 10000, "-rf", "--help",
    "--purge", "-p", ".", "..", "...", "a..b", "a*", "a)(uid=*", "root\n", "alice\n", " alice",
    "alice ", "Alice", "a", "", "0", "al-ice", "al_", "_al", "../etc", "a/b", "\u0430lice", "a\u0301b",
    None, 1, True, [], {}, ["alice"], 1.5,
]


class Refusals(GateTest):
    def assert_refused(self, answer, *keys):
        self.assertEqual(answer["state"], "refused", answer)
        self.assertIn(answer["key"], keys, answer)

    def tearDown(self):
        self.assertEqual(self.lines("received.jsonl"), [])

    def test_documents(self):
        good = json.dumps(self.request("attach")).encode()
        for data in (
            b"", b"{", b"[]", b"1", good + good, b"\xff", b'{"v":NaN}', b"[" * 60000, good + b"x",
            b'{"v":1,"v":1,"op":"version"}', b'{"v":1,"op":"version","task":"\\ud800"}',
        ):
            self.assert_refused(self.ask(data), "bad_request")
        self.assert_refused(self.ask(b" " * 70000 + good), "too_large")

    def test_fields(self):
        for change in (
            {"v": 2}, {"v": True}, {"v": None}, {"op": "exec"}, {"op": []}, {"task": "short"},
            {"task": "../" + "a" * 30}, {"task": "a" * 65}, {"task": "a" * 30 + "\n"}, {"task": 5},
            {"step": 0}, {"step": True}, {"step": 1.0}, {"step": "1"}, {"fence": 0}, {"fence": None},
            {"wait": -1}, {"wait": 101}, {"wait": "1"}, {"wait": True}, {"extra": 1}, {"args": []},
            {"secrets": None}, {"step": 10**30},
        ):
            answer = self.ask({**self.request("run", "user_permissions_sync"), **change})
            self.assert_refused(answer, "bad_request")

    def test_verbs(self):
        for verb in ("user_import", "tools_shell", "", "user", "job", None, 1, [], "user_create\n"):
            answer = self.ask({**self.request("run"), "verb": verb, "args": {}})
            self.assert_refused(answer, "not_allowed")
        for verb in ("user_create", "domain", None):
            answer = self.ask({**self.request("read"), "verb": verb, "args": {}})
            self.assert_refused(answer, "not_allowed")

    def test_unknown_and_missing_values(self):
        good = {"username": "alice", "purge": True}
        for args in ({}, {"username": "alice"}, {**good, "force": True}, {**good, "purge": 1}):
            self.assert_refused(self.run_verb("user_delete", args), "bad_args")
        self.assert_refused(self.run_verb("user_delete", good, secrets={"password": "x" * 9}), "bad_secret")
        self.assert_refused(self.run_verb("user_password", {"username": "alice"}), "bad_secret")
        self.assert_refused(self.run_verb("user_permissions_sync", {"username": "alice"}), "bad_args")

    def test_passwords(self):
        for password in (
            "short", "x" * 127, "x" * 73, "ü" * 37, "line\nbreak!", "nul\0 byte!", "tab\tstop!", "",
            "esc\x1b[2Jape", "del\x7fete..", "c1\x85control", "para\u2029graph", None, 12345678, ["x"],
        ):
            answer = self.run_verb("user_password", {"username": "al"}, secrets={"password": password})
            self.assert_refused(answer, "bad_secret")

    def test_domains_and_quotas(self):
        for domain in ("other.test", DOMAIN + "\n", DOMAIN.upper(), "", None, [DOMAIN]):
            args = {"username": "alice", "display_name": "A", "domain": domain}
            self.assert_refused(self.run_verb("user_create", args), "bad_args")
        for quota in ("10Mzzz", "-1", "01M", "1T", "1", "1M\n", "", None, 0):
            args = {"username": "alice", "display_name": "A", "domain": DOMAIN, "quota": quota}
            self.assert_refused(self.run_verb("user_create", args), "bad_args")

    def test_configuration(self):
        self.write("gatehouse_gate.json", {**self.config, "account": "somebody-else"})
        if os.geteuid() != 0:
            self.assert_refused(self.ask({"v": 1, "op": "version"}), "wrong_account")
        os.chmod(self.at("gatehouse_gate.json"), 0o666)
        self.assert_refused(self.ask({"v": 1, "op": "version"}), "bad_config")
        os.chmod(self.at("gatehouse_gate.json"), 0o600)
        for name in ("python_path", "state_folder", "account", "domains"):
            self.write("gatehouse_gate.json", {**self.config, name: None})
            self.assert_refused(self.ask({"v": 1, "op": "version"}), "bad_config")
        os.unlink(self.at("gatehouse_gate.json"))
        self.assert_refused(self.ask({"v": 1, "op": "version"}), "bad_config")


class Validators(unittest.TestCase):
    """Ten thousand values in one process: what passes is safe, and time grows with the length."""

    @classmethod
    def setUpClass(cls):
        cls.gate = crash_gate.load(os.path.join(SOURCES, "gatehouse_gate.py"))
        cls.config = {"domains": [DOMAIN]}

    def test_hostile(self):
        for value in HOSTILE:
            self.assertFalse(self.gate.is_username(value, self.config), repr(value))
        for value in ("(Bob)", "a_b", "Bob\n", " Bob", "Bob ", "O\u2019Neil", "a\u0301", "x" * 61,
                      "-Bob", ".", "Bob;id", "Bob\u00a0X", "\u202eBob", "A    B", "A=B", None, 3):
            self.assertFalse(self.gate.is_display_name(value, self.config), repr(value))
        for value in ("Bob", "B", "1", "Zoë O'Neil, jr.", "李小龍", "x" * 60, "A - B", "Ärger 2"):
            self.assertTrue(self.gate.is_display_name(value, self.config), repr(value))

    def test_generated(self):
        dice = random.Random(7)
        alphabet = "abcxyz019._- ,'ABÉéß李ש\n\0\"$`;*()\u0301\u200d\U0001f600/\\="
        passed, began = 0, time.monotonic()
        for _ in range(10000):
            value = "".join(dice.choice(alphabet[: dice.choice((12, 24, 99))]) for _ in range(dice.randint(0, 24)))
            if self.gate.is_username(value, self.config):
                passed += 1
                self.assertRegex(value, r"\A[a-z][a-z0-9._]{1,19}\Z")
                self.assertNotRegex(value, r"[._][._]|[._]\Z")
            if self.gate.is_display_name(value, self.config):
                passed += 1
                self.assertTrue(value[0].isalnum() and unicodedata.normalize("NFC", value) == value)
                self.assertIsNone(re.search(r"[^\w ,.'-]|_", value))
        self.assertGreater(passed, 500)
        self.assertLess(time.monotonic() - began, 5)

    def test_linear_time(self):
        patterns = [one for one in vars(self.gate).values() if isinstance(one, re.Pattern)]
        patterns += [re.compile(pattern) for _, _, pattern in self.gate.MEANINGS]
        self.assertGreater(len(patterns), 25)
        for pattern in patterns:
            for text in ("a" * 20000 + "!", "a." * 10000 + "!", "a, " * 7000 + "!", "\x1b]" * 9000,
                         "The user '" * 2000, "12345678-123456-" * 1200, "$6$" * 7000, "ERROR " * 3000):
                began = time.monotonic()
                pattern.fullmatch(text)
                pattern.sub("", text)
                self.assertLess(time.monotonic() - began, 1.5, (pattern.pattern, text[:10]))

    def test_drawn_passwords(self):
        for _ in range(500):
            password = self.gate.random_password()
            self.assertTrue(self.gate.is_password(password, self.config))
            self.assertRegex(password, r"\A[a-z](?=.*[A-Z])(?=.*[0-9])(?=.*[_.-])[A-Za-z0-9_.-]{40,}\Z")

    def test_scrubbing(self):
        password = "it's \"q\" \\ ü$x"
        for text in (password, json.dumps(password), repr(password), "'it'\\''s \"q\" \\ ü$x'"):
            self.assertNotIn("\"q", self.gate.scrub("x " + text + " y", [password]).replace('"[', ""))
        text = self.gate.scrub("{'userPassword': ['{CRYPT}$6$rounds=656000$ab$cd/e.']} $2b$12$abc", [])
        self.assertNotIn("$6$", text)
        self.assertNotIn("$2b$", text)


if __name__ == "__main__":
    unittest.main()
