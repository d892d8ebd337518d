"""What `hanbat down` and `hanbat reset` say of a region that has no daemon any more and of which something runs: what it is, and what takes it away."""
import os
import shutil
import subprocess
import tempfile
import time
import unittest

from test_networks import HOSTD, isolate

HANBAT = os.path.join(os.path.dirname(HOSTD), "hanbat")


@unittest.skipUnless(os.geteuid() == 0 and os.path.exists(HANBAT), "takes root and a build of hanbat")
class Leftovers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        isolate()

    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="hanbat-test-", dir="/var/tmp")
        self.addCleanup(shutil.rmtree, self.home, True)

    def hanbat(self, *command):
        return subprocess.run([HANBAT, *command], env=dict(os.environ, HANBAT_HOME=self.home), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

    def test_a_machine_that_runs_without_its_region_is_named_with_what_takes_it_away_and_no_data_goes(self):
        kept = os.path.join(self.home, "region.db")
        open(kept, "w").close()
        name = f"[lxc monitor] {self.home}/host/incus/dir/containers i-1"
        monitor = subprocess.Popen(["bash", "-c", 'exec -a "$0" sleep 60', name])
        self.addCleanup(lambda: (monitor.kill(), monitor.wait()))
        for _ in range(100):
            if open(f"/proc/{monitor.pid}/cmdline").read().startswith("[lxc"):
                break
            time.sleep(0.05)
        for command in (["down"], ["reset", "--yes"]):
            done = self.hanbat(*command)
            self.assertEqual(done.returncode, 1, done.stdout)
            self.assertIn(f"process {monitor.pid}: {name[:60]}", done.stderr)
            self.assertIn("hanbat up finds it again, and hanbat down then takes it away", done.stderr)
        self.assertTrue(os.path.exists(kept))
        monitor.kill()
        monitor.wait()
        done = self.hanbat("reset", "--yes")
        self.assertEqual((done.returncode, os.listdir(self.home)), (0, []), done.stderr)


if __name__ == "__main__":
    unittest.main()
