"""git over SSH as far as hostd goes: OpenSSH's server at the edge, its rights, its program, and this machine's ssh and git. A thread
of the test stands for CodeCommit behind its door."""
import array
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from test_networks import BUILD, NAT, Guest, Hostd, interface, sh, vpc  # noqa: E402

KEY = "APKATESTTESTTESTTEST"
HOST = "git-codecommit.ap-northeast-2.amazonaws.com"


class Door(threading.Thread):
    """Answers what sshd's program asks: one key, and the repository in a folder for whoever has it."""

    def __init__(self, path, line, repository):
        super().__init__(daemon=True)
        self.line, self.repository, self.questions = line, repository, []
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(path)
        os.chmod(path, 0o660)
        shutil.chown(path, group="hanbat-ssh")
        self.socket.listen()
        self.start()

    def run(self):
        while True:
            connection, _ = self.socket.accept()
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        with connection:
            text, passed = b"", array.array("i")
            while b"\n" not in text:
                more, messages, _, _ = connection.recvmsg(65536, socket.CMSG_LEN(8))
                text += more
                for _, _, data in messages:
                    passed.frombytes(data[:8])
            question = json.loads(text)
            self.questions.append(question)
            answer = {"exit_code": 0, "out": "", "err": "", "forward_to": []}
            if question["ask"] == "key":
                answer = dict(answer, out=self.line) if question["key_id"] == KEY else dict(answer, exit_code=1)
            elif question["command"].startswith("git-upload-pack "):
                answer["exit_code"] = subprocess.run(["git", "-c", "safe.directory=*", "upload-pack", self.repository], stdin=passed[0], stdout=passed[1],
                                                     env=dict(os.environ, GIT_PROTOCOL=question["git_protocol"])).returncode
            else:
                answer.update(exit_code=1, err="no shell here")
            for descriptor in passed:
                os.close(descriptor)
            connection.sendall(json.dumps(answer).encode() + b"\n")


def processes_of(user):
    """The user's processes that run; one that has ended and waits for its parent does not."""
    uid, found = pwd.getpwnam(user).pw_uid, []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.stat(f"/proc/{pid}").st_uid == uid and open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()[0] != "Z":
                found.append(int(pid))
        except FileNotFoundError:
            pass
    return found


@unittest.skipUnless(os.geteuid() == 0, "it takes root")
@unittest.skipUnless(os.path.exists("/usr/sbin/sshd"), "no OpenSSH server")
class Ssh(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hostd = Hostd("--ssh", os.path.join(BUILD, "ssh"))
        cls.folder = tempfile.mkdtemp(prefix="hanbat-test-")
        sh("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", f"{cls.folder}/key")
        sh("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", f"{cls.folder}/other")
        sh("git", "init", "-q", f"{cls.folder}/repository")
        sh("git", "-C", f"{cls.folder}/repository", "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-q", "--allow-empty", "-m", "one")
        with open(f"{cls.folder}/key.pub") as file:
            cls.door = Door(f"{cls.hostd.home}/ssh/git.sock", " ".join(file.read().split()[:2]), f"{cls.folder}/repository")

    @classmethod
    def tearDownClass(cls):
        cls.hostd.down()
        shutil.rmtree(cls.folder)
        # Who was just refused has a process that is about to see its connection end.
        deadline = time.monotonic() + 5
        while (left := processes_of("hanbat-ssh")) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not left, left

    def config(self):
        return f"{self.hostd.home}/host/ssh/client_config"

    def server(self):
        with open(f"{self.hostd.home}/host/ssh/run/sshd.pid") as file:
            return int(file.read())

    def ssh(self, *command, login=KEY, key="key", options=()):
        return subprocess.run(["ssh", "-F", self.config(), "-i", f"{self.folder}/{key}", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", *options,
                               f"{login}@{HOST}", *command], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)

    def finding(self):
        return next(one for one in self.hostd.call("health") if one["what"] == "git over SSH")

    def test_a_git_client_clones_and_the_door_hears_who_and_from_where(self):
        command = f"ssh -F {self.config()} -i {self.folder}/key -o IdentitiesOnly=yes -o BatchMode=yes"
        for version in ("0", "2"):
            done = subprocess.run(["git", "-c", f"protocol.version={version}", "clone", "-q", f"ssh://{KEY}@{HOST}/v1/repos/app", f"{self.folder}/clone{version}"],
                                  capture_output=True, text=True, timeout=60, env=dict(os.environ, GIT_SSH_COMMAND=command))
            self.assertEqual(done.returncode, 0, done.stderr + open(f"{self.hostd.home}/host/ssh/run/sshd.log").read())
        asked = self.door.questions[-1]
        self.assertEqual((asked["ask"], asked["key_id"], asked["command"]), ("session", KEY, "git-upload-pack '/v1/repos/app'"))
        self.assertTrue(asked["client_address"].startswith("198.18."), asked)
        self.assertEqual(asked["git_protocol"], "version=2")

    def test_who_has_not_the_key_or_is_no_key_is_refused(self):
        for login, key in ((KEY, "other"), ("root", "key"), ("hanbat-ssh", "key"), ("APKANOBODYNOBODYNOBO", "key"), (KEY.lower(), "key"), ("APKA.id", "key")):
            done = self.ssh("git-upload-pack '/v1/repos/app'", login=login, key=key)
            self.assertEqual(done.returncode, 255, login)
            self.assertIn("Permission denied (publickey)", done.stderr)

    def test_the_key_opens_one_program(self):
        self.assertIn("no shell here", self.ssh().stderr)
        self.assertIn("no shell here", self.ssh("cat", "/etc/passwd").stderr)
        self.assertNotEqual(self.ssh(options=("-o", "ExitOnForwardFailure=yes", "-R", "20022:127.0.0.1:22")).returncode, 0)
        self.assertNotEqual(self.ssh("sftp", options=("-s",)).returncode, 0)

    def test_the_server_has_no_right_and_is_started_again(self):
        before = self.server()
        for pid in processes_of("hanbat-ssh"):
            with open(f"/proc/{pid}/status") as file:
                status = dict(line.split(":", 1) for line in file if ":" in line)
            self.assertEqual({int(status[name], 16) for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")}, {0})
            self.assertEqual(status["NoNewPrivs"].strip(), "1")
        os.kill(before, signal.SIGKILL)
        for _ in range(100):
            if self.finding()["severity"] == "ok":
                break
            time.sleep(0.1)
        self.assertEqual(self.finding()["severity"], "ok", self.finding())
        self.assertNotEqual(self.server(), before)
        self.assertIn("no shell here", self.ssh().stderr)

    def test_instances_reach_it_by_their_public_address_or_their_nat_gateway(self):
        machines = [interface(1, "subnet-a", "10.73.0.5", ["sg-client"]), interface(2, "subnet-b", "10.73.2.7", ["sg-client"], "198.19.73.7")]
        self.hostd.call("apply_vpc", **vpc("vpc-ssh", "10.73", machines, NAT, []))
        for machine, subnet, seen in ((machines[0], "10.73.0.0/24", "198.19.73.200"), (machines[1], "10.73.2.0/24", "198.19.73.7")):
            guest = Guest(machine, subnet)
            self.addCleanup(guest.delete)
            done = guest.run("ssh", "-F", self.config(), "-i", f"{self.folder}/key", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", f"{KEY}@{HOST}", check=False)
            self.assertIn("no shell here", done.stderr)
            self.assertEqual(self.door.questions[-1]["client_address"], seen)

    def test_host_keys_are_the_servers_alone_and_stay(self):
        for kind in ("rsa", "ed25519"):
            about = os.stat(f"{self.hostd.home}/host/ssh/ssh_host_{kind}_key")
            self.assertEqual((about.st_mode & 0o777, about.st_uid), (0o600, pwd.getpwnam("hanbat-ssh").pw_uid))
        about = os.stat(f"{self.hostd.home}/ssh")
        self.assertEqual((about.st_mode & 0o7777, about.st_uid), (0o2750, pwd.getpwnam("hanbat").pw_uid))


if __name__ == "__main__":
    unittest.main()
