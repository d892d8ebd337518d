"""`hanbat trust` on a folder that stands for /: what is put, that only that is taken back, and what others wrote meanwhile."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from test_networks import BUILD, sh  # noqa: E402

HANBAT = os.path.join(BUILD, "src", "main", "hanbat")
GIT = "git-codecommit.ap-northeast-2.amazonaws.com"
HOSTS = "127.0.0.1\tlocalhost\n# ours\n10.0.0.7 nas"


@unittest.skipUnless(os.geteuid() == 0, "it takes root")
@unittest.skipUnless(shutil.which("update-ca-certificates", path=os.environ["PATH"] + ":/usr/sbin"), "no update-ca-certificates")
class Trust(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="hanbat-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.home, self.root = f"{self.folder}/home", f"{self.folder}/root"
        for name in ("etc/ssl/certs", "etc/ca-certificates/update.d", "usr/share/ca-certificates", "usr/local/share/ca-certificates"):
            os.makedirs(f"{self.root}/{name}")
        self.write("etc/ca-certificates.conf", "")
        self.write("etc/hosts", HOSTS)
        # A store that has nothing else is none: its bundle is then left as it was.
        sh("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=Corporate",
           "-keyout", f"{self.folder}/corporate.key", "-out", f"{self.root}/usr/local/share/ca-certificates/corporate.crt")
        self.new_ca()
        with open(f"{self.home}/admin-credentials.json", "w") as file:
            json.dump({"Account": "123456789012", "AccessKeyId": "AKIA", "SecretAccessKey": "s"}, file)

    def new_ca(self):
        os.makedirs(f"{self.home}/ca", exist_ok=True)
        sh("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=Hanbat",
           "-keyout", f"{self.home}/ca/ca.key", "-out", f"{self.home}/ca/ca.pem")

    def write(self, name, text):
        with open(f"{self.root}/{name}", "w") as file:
            file.write(text)

    def read(self, name):
        with open(f"{self.root}/{name}") as file:
            return file.read()

    def trust(self, *options, code=0):
        done = subprocess.run([HANBAT, "trust", "--root", self.root, *options], capture_output=True, text=True, timeout=60,
                              env=dict(os.environ, HANBAT_HOME=self.home, PATH=os.environ["PATH"] + ":/usr/sbin"))
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout

    def bundle(self):
        return self.read("etc/ssl/certs/ca-certificates.crt")

    def ca(self):
        with open(f"{self.home}/ca/ca.pem") as file:
            return file.read().strip()

    def test_what_is_put_is_found_and_taken_back_to_the_byte(self):
        self.trust("--status", code=1)
        self.trust()
        self.assertIn(f"198.18.0.1\t{GIT}\n", self.read("etc/hosts"))
        self.assertIn("123456789012.dkr.ecr.ap-northeast-2.amazonaws.com", self.read("etc/hosts"))
        self.assertIn(self.ca(), self.bundle())
        self.trust("--status")
        before = self.read("etc/hosts")
        self.assertIn("already", self.trust())
        self.assertEqual(self.read("etc/hosts"), before)
        self.trust("--remove")
        self.assertEqual(self.read("etc/hosts"), HOSTS)
        self.assertNotIn(self.ca(), self.bundle())
        self.assertIn(self.read("usr/local/share/ca-certificates/corporate.crt").strip(), self.bundle())
        self.assertEqual(os.listdir(f"{self.root}/usr/local/share/ca-certificates"), ["corporate.crt"])
        self.assertFalse([name for name in os.listdir(f"{self.root}/etc/ssl/certs") if "hanbat" in name])
        self.trust("--status", code=1)
        self.assertIn("nothing of a region", self.trust("--remove"))

    def test_what_others_wrote_meanwhile_stays(self):
        self.trust()
        self.write("usr/local/share/ca-certificates/hanbat-0123456789abcdef.crt", "somebody else's\n")
        self.write("etc/hosts", self.read("etc/hosts") + "10.0.0.9 printer\n")
        self.trust("--remove")
        self.assertEqual(self.read("etc/hosts"), HOSTS + "\n10.0.0.9 printer\n")
        self.assertEqual(sorted(os.listdir(f"{self.root}/usr/local/share/ca-certificates")), ["corporate.crt", "hanbat-0123456789abcdef.crt"])

    def test_the_ca_of_a_new_region_takes_the_place_of_the_last_ones(self):
        self.trust()
        old = self.ca()
        self.new_ca()
        self.trust("--status", code=1)
        self.trust("--region", "eu-west-1")
        self.assertNotIn(old, self.bundle())
        self.assertIn(self.ca(), self.bundle())
        self.assertIn("ec2.eu-west-1.amazonaws.com", self.read("etc/hosts"))
        self.assertNotIn(GIT, self.read("etc/hosts"))

    def test_a_resolver_is_told_of_names_without_end_and_forgets_them_again(self):
        domains = ["s3.amazonaws.com", "s3.ap-northeast-2.amazonaws.com", "s3-website.ap-northeast-2.amazonaws.com",
                   "s3-website-ap-northeast-2.amazonaws.com", "ap-northeast-2.elb.amazonaws.com", "dkr.ecr.ap-northeast-2.amazonaws.com"]
        self.write("etc/resolv.conf", "nameserver 10.0.0.2\n")
        self.assertIn("198.18.254.1 port 1053 for s3.amazonaws.com, s3.ap-northeast-2.amazonaws.com", self.trust())
        self.trust("--status")
        self.trust("--remove")
        cases = {"etc/systemd/resolved.conf.d": ("127.0.0.53", "[Resolve]\nDNS=198.18.254.1:1053\nDomains=" + " ".join("~" + one for one in domains) + "\n"),
                 "etc/unbound/unbound.conf.d": ("127.0.0.1", f'forward-zone:\n  name: "{domains[1]}"\n  forward-addr: 198.18.254.1@1053\n'),
                 "etc/dnsmasq.d": ("127.0.0.1", "".join(f"server=/{one}/198.18.254.1#1053\n" for one in domains)),
                 "etc/NetworkManager/dnsmasq.d": ("127.0.0.1", f"server=/{domains[2]}/198.18.254.1#1053\n")}
        for folder, (nameserver, settings) in cases.items():
            with self.subTest(folder):
                self.write("etc/resolv.conf", f"nameserver {nameserver}\n")
                os.makedirs(f"{self.root}/{folder}" if "systemd" not in folder else f"{self.root}/etc/systemd")  # that folder is made
                if "NetworkManager" in folder:
                    self.write("etc/NetworkManager/NetworkManager.conf", "[main]\ndns=dnsmasq\n")
                before = sorted(os.walk(f"{self.root}/etc"))
                self.trust()
                self.assertIn(settings, self.read(f"{folder}/hanbat.conf"))
                self.assertIn(f"{folder}/hanbat.conf", self.trust("--status"))
                self.assertIn("already", self.trust().splitlines()[-1])
                self.trust("--region", "eu-west-1")
                self.assertIn("eu-west-1.elb.amazonaws.com", self.read(f"{folder}/hanbat.conf"))
                self.assertNotIn("ap-northeast-2", self.read(f"{folder}/hanbat.conf"))
                self.write("etc/systemd/unit" if "systemd" in folder else f"{folder}/others.conf", "theirs\n")
                self.trust("--remove")
                os.unlink(f"{self.root}/etc/systemd/unit" if "systemd" in folder else f"{self.root}/{folder}/others.conf")
                self.assertEqual([one for one in sorted(os.walk(f"{self.root}/etc")) if "ssl" not in one[0]], [one for one in before if "ssl" not in one[0]])
        self.write("etc/dnsmasq.d/hanbat.conf", "somebody else's\n")
        self.trust("--remove")
        self.assertEqual(self.read("etc/dnsmasq.d/hanbat.conf"), "somebody else's\n")

    def test_without_a_region_nothing_is_touched(self):
        os.unlink(f"{self.home}/ca/ca.pem")
        self.trust(code=1)
        self.assertEqual(self.read("etc/hosts"), HOSTS)

    def test_a_machine_of_the_other_family_is_known_by_its_folder(self):
        shutil.rmtree(f"{self.root}/usr/share/ca-certificates")
        os.unlink(f"{self.root}/etc/ca-certificates.conf")
        anchors = f"{self.root}/etc/pki/ca-trust/source/anchors"
        os.makedirs(anchors)
        tools = f"{self.folder}/tools"
        os.makedirs(tools)
        with open(f"{tools}/update-ca-trust", "w") as file:
            file.write(f"#!/bin/sh\necho run >> {self.folder}/updates\n")
        os.chmod(f"{tools}/update-ca-trust", 0o755)
        path = os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", path)
        os.environ["PATH"] = f"{tools}:{path}"
        self.trust()
        self.assertEqual(len(os.listdir(anchors)), 1)
        self.trust("--remove")
        self.assertEqual(os.listdir(anchors), [])
        with open(f"{self.folder}/updates") as file:
            self.assertEqual(file.read(), "run\nrun\n")


if __name__ == "__main__":
    unittest.main()
