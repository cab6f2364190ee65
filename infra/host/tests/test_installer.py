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


if __name__ == "__main__":
    unittest.main()
