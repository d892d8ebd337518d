"""A contest of two competitors at a daemon whose machines are of memory: a pack whose texts, names and outputs are hostile, and the commands of
`hanbat task`."""
import base64
import json
import os
import subprocess

import boto3

from browser import HANBAT, console_address

SCRIPT = "<img src=x onerror=\"window.hit=1\"><script>window.hit=1</script>"
TEXT = f"""# The task of today {SCRIPT}

1. Make a VPC: `Name=my-vpc` {SCRIPT}
2. And [see](javascript:window.hit=1) what [AWS](https://docs.aws.amazon.com) says.
3. Serve the given `handout/web/page.html`, as [drawn](./handout/plan%20b.png):

![The plan](handout/plan%20b.png) and ![no such image](handout/none.png)

| subnet | CIDR |
|---|---|
| a | 10.2.0.0/24 |
"""
# Three pixels: red, green, blue.
IMAGE = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAMAAAABCAIAAACUgoPjAAAADklEQVR4nGP4z8DAAMYADvsC/gkcFjQAAAAASUVORK5CYII=")
HANDOUT = {"web/page.html": SCRIPT.encode() + b"\n<h1>\xed\x95\x9c</h1>\n", "plan b.png": IMAGE, "fake.png": SCRIPT.encode(), "data.bin": bytes(range(256)), SCRIPT.replace("/", "_") + ".txt": b"named so\n", "a\nb": b"in the kit alone\n"}
CHECKS = f"""
check_vpc() {{ note '{SCRIPT}'; expect "CIDR of my-vpc | my-vpc의 CIDR" 10.2.0.0/16 10.2.0.0/16; }}
check_subnet() {{
  part cidr
  expect "the CIDR {SCRIPT.replace('"', chr(92) + '"')}" 10.2.0.0/24 10.2.0.0/24
  part vpc
  expect "its VPC" my-vpc '{SCRIPT}'
}}
"""


def without_papers(folder):
    """A PATH without what makes pages and papers, which take seconds and are no matter of the console's."""
    folder.mkdir()
    for place in ("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"):
        for name in os.listdir(place):
            if name not in ("cmark-gfm", "weasyprint", "chromium", "wkhtmltopdf") and not (folder / name).is_symlink():
                (folder / name).symlink_to(f"{place}/{name}")


class Hall:
    def __init__(self, daemon, folder):
        self.daemon, self.pack = daemon, folder / "today"
        self.path = folder / "bin"
        without_papers(self.path)
        self.task("new", self.pack)
        for language in ("en", "ko"):
            (self.pack / f"task.{language}.md").write_text(TEXT)
        (self.pack / "checks/network.sh").write_text(CHECKS)
        (self.pack / "handout/README.txt").unlink()
        (self.pack / "handout/web").mkdir()
        for name, content in HANDOUT.items():
            (self.pack / "handout" / name).write_bytes(content)
        (folder / "class.csv").write_text(f"ann,Ann {SCRIPT}\nbob\n")
        self.task("start", self.pack, "--all", folder / "class.csv")

    def task(self, *arguments, check=True):
        """`hanbat task …` at this daemon."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        env.update(HANBAT_HOME=str(self.daemon.state), HANBAT_PORT=str(self.daemon.port), PATH=str(self.path))
        done = subprocess.run([HANBAT, "task", *map(str, arguments)], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
        assert not check or done.returncode == 0, done.stdout
        return done.stdout

    def mark(self):
        """Three of four parts of the points; so `mark` ends with 3."""
        return self.task("mark", self.pack, "--all", "--quick", check=False)

    def entry(self, name):
        return json.loads((self.daemon.state / "task" / name / "entry.json").read_text())

    def kit(self, name):
        return self.daemon.state / "task" / name / "kit"

    def account(self, name):
        return self.entry(name)["account"]

    def key(self, name):
        entry = self.entry(name)
        return entry["key_id"], entry["key_secret"]

    def client(self, name, service):
        key, secret = self.key(name)
        return boto3.client(service, endpoint_url=self.daemon.endpoint, region_name="ap-northeast-2", aws_access_key_id=key, aws_secret_access_key=secret)

    @property
    def bucket(self):
        return f"hanbat-task-{self.daemon.client('sts').get_caller_identity()['Account']}-ap-northeast-2"

    def address(self, name):
        return console_address(self.daemon.port, self.key(name))
