"""The installer's way of writing files, without a host."""

import importlib.util
import os
import shutil
import stat
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


def installer():
    path = os.path.join(os.path.dirname(HERE), "gatehouse_host.py")
    spec = importlib.util.spec_from_file_location("gatehouse_host", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@unittest.skipUnless(shutil.which("visudo"), "visudo is not here")
class Sudoers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.module = installer()
        self.module.SUDOERS = os.path.join(self.folder, "gatehouse")

    def put(self, text):
        self.module.put(self.module.SUDOERS, text.encode(), 0o440, (os.getuid(), os.getgid()))

    def test_a_line_that_visudo_refuses_never_lies_where_sudo_looks(self):
        with self.assertRaises(self.module.StepFailed):
            self.put("gatehouse ALL=(\n")
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_refused_line_leaves_the_one_before(self):
        self.put(self.module.sudoers_lines().decode())
        with self.assertRaises(self.module.StepFailed):
            self.put("gatehouse ALL=(\n")
        self.assertEqual(os.listdir(self.folder), ["gatehouse"])
        self.assertEqual(self.module.read(self.module.SUDOERS), self.module.sudoers_lines())
        self.assertEqual(stat.S_IMODE(os.stat(self.module.SUDOERS).st_mode), 0o440)


OLD, NEW = "ssh-ed25519 AAAAold", "ssh-ed25519 AAAAnew"


class Keys(unittest.TestCase):
    def setUp(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        self.module = installer()
        self.module.KEYS = os.path.join(folder, "authorized_keys")

    def put(self, *lines):
        with open(self.module.KEYS, "w", encoding="utf-8") as file:
            file.write("".join(line + "\n" for line in lines))

    def line(self, key, origin=None):
        options = 'restrict,command="exec /usr/bin/sudo -n %s"' % self.module.GATE
        return '%s%s %s gatehouse' % (options, ',from="%s"' % origin if origin else "", key)

    def after(self, *keys, origin=None):
        request = {"keys": list(keys), "from": origin}
        return self.module.key_lines(request).decode().splitlines(), self.module.keys_told(request)

    def test_addresses_that_were_installed_stay_while_a_key_is_rotated(self):
        self.put(self.line(OLD, "192.0.2.0/24,!192.0.2.7"))
        both, told = self.after(OLD, NEW)
        self.assertEqual(both, [self.line(key, "192.0.2.0/24,!192.0.2.7") for key in (OLD, NEW)])
        self.assertEqual(told, "2 keys open the gate, and nothing else, still from 192.0.2.0/24,!192.0.2.7 only")
        self.put(*both)
        alone, told = self.after(NEW)
        self.assertEqual(alone, [self.line(NEW, "192.0.2.0/24,!192.0.2.7")])
        self.assertEqual(told, "one key open the gate, and nothing else, still from 192.0.2.0/24,!192.0.2.7 only")

    def test_addresses_are_found_wherever_an_administrator_wrote_them(self):
        command = 'command="echo \\",from=\\"198.51.100.1\\" x"'
        for options in ('from="192.0.2.1",restrict,' + command, command + ',From="192.0.2.1"', 'from="192.0.2.1"'):
            self.put("# by hand", "", "  %s  %s  somebody else" % (options, OLD))
            self.assertEqual(self.after(NEW)[0], [self.line(NEW, "192.0.2.1")], options)
        for options in (command + " ", "no-pty,restrict ", ""):
            self.put(options + OLD)
            self.assertEqual(self.after(NEW), ([self.line(NEW)], "one key open the gate, and nothing else"), options)

    def test_the_option_replaces_or_lifts_what_was_installed(self):
        self.put(self.line(OLD, "192.0.2.1"))
        moved, told = self.after(OLD, NEW, origin="198.51.100.1")
        self.assertEqual(moved, [self.line(key, "198.51.100.1") for key in (OLD, NEW)])
        self.assertEqual(told, "2 keys open the gate, and nothing else, from 198.51.100.1 only")
        self.assertEqual(self.after(origin="198.51.100.1")[0], [self.line(OLD, "198.51.100.1")])
        self.assertEqual(self.after(NEW, origin="*"), ([self.line(NEW)], "one key open the gate, and nothing else"))

    def test_a_new_key_beside_different_addresses_has_to_be_told_its_own(self):
        self.put(self.line(OLD, "192.0.2.1"), self.line("ssh-ed25519 AAAAother"))
        with self.assertRaises(self.module.Refusal):
            self.after(OLD, NEW)
        kept, told = self.after(OLD, "ssh-ed25519 AAAAother")
        self.assertEqual(kept, [self.line(OLD, "192.0.2.1"), self.line("ssh-ed25519 AAAAother")])
        self.assertEqual(told, "2 keys open the gate, and nothing else, each still from its own addresses")

    def test_without_a_key_what_is_there_stays_as_it_is(self):
        self.assertEqual(self.after(), ([], "a key that is made then open the gate, and nothing else"))
        self.put("# by hand", self.line(OLD, "192.0.2.1"))
        self.assertEqual(self.after()[0], ["# by hand", self.line(OLD, "192.0.2.1")])
        self.assertEqual(self.after(NEW, origin="192.0.2.1")[0], [self.line(NEW, "192.0.2.1")])


if __name__ == "__main__":
    unittest.main()
