"""A page of docs/guide read as its reader does: the blocks of commands in their order, in one shell, and what a page says that they print held against what
they print.

    ```sh         commands of which the page shows no output; each line is run, here-documents among them
    ```console    "$ command" (lines of "> " go on with it), and below it what it prints: "…" stands for anything in a line, a line of it alone for any lines
Every command has to end with 0, except where the page itself asks `echo $?` next.
"""
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

from region import HANBAT, ROOT

PAGES = ROOT / "docs" / "guide"
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)


def blocks(text):
    """(kind, text) of each block of a page."""
    return BLOCK.findall(text)


def steps(text):
    """(command, what it prints or None) of a page."""
    for kind, block in blocks(text):
        if kind == "sh":
            yield block, None
        elif kind == "console":
            command, said = None, ""
            for line in block.splitlines():
                if line.startswith("$ "):
                    if command is not None:
                        yield command, said
                    command, said = line[2:] + "\n", ""
                elif line.startswith("> ") and not said:
                    command += line[2:] + "\n"
                else:
                    said += line + "\n"
            yield command, said


def prints_as(said, page):
    """Whether what was said is what the page says."""
    pattern = ""
    for line in page.splitlines():
        pattern += r"(?:.*\n)*?" if line.strip() == "…" else re.escape(line.rstrip()).replace("…", ".*") + r"[ \t]*\n"
    return re.fullmatch(pattern, said if said.endswith("\n") or not said else said + "\n") is not None


class Shell:
    """One bash in which a page's commands run."""

    def __init__(self, env, folder):
        self.folder = pathlib.Path(folder)
        self.process = subprocess.Popen(["bash", "--norc", "--noprofile"], cwd=folder, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, start_new_session=True)

    def run(self, command):
        """What it said, and its status (of several commands, of the last that failed). Runs in the shell itself, so that variables and the folder stay."""
        script, out = self.folder / ".command", self.folder / ".said"
        script.write_text(command)
        self.process.stdin.write(f"failed=0; set -E; (exit $before); {self.trap(command)}. {script} > {out} 2>&1 < /dev/null; before=$?; trap - ERR\n"
                                 'echo "$((failed ? failed : before))"\n')
        self.process.stdin.flush()
        status = self.process.stdout.readline().strip()
        assert status, f"the shell ended at: {command}"
        return out.read_text(errors="replace"), int(status)

    @staticmethod
    def trap(command):
        """Sees a failure in the middle; what asks for the status of the command before goes without, as it would see the trap's."""
        return "" if "$?" in command else "trap 'failed=$?' ERR; "

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def walk(page, env, tell=print):
    """Does what the page says, and raises AssertionError at the first thing that is not as it says. `tell` is given each command with what it printed."""
    whole = list(steps(page.read_text()))
    path = f"{pathlib.Path(HANBAT).parent}:{env['PATH']}"
    with tempfile.TemporaryDirectory(prefix="hanbat-guide-") as folder:
        shell = Shell({**{name: value for name, value in env.items() if not name.startswith(("AWS_", "GIT_", "TF_"))}, "PATH": path, "HOME": folder, "AWS_PAGER": "", "HANBAT_EXAMPLES": str(ROOT / "examples")}, folder)
        try:
            for at, (command, says) in enumerate(whole):
                began = time.monotonic()
                said, status = shell.run(command)
                tell(f"$ {command}{said}  [{status}, {time.monotonic() - began:.1f} s]")
                asked_next = at + 1 < len(whole) and whole[at + 1][0].strip() == "echo $?"
                assert status == 0 or asked_next, f"{page.name}: this ended with {status}:\n{command}{said}"
                if says is not None:
                    assert prints_as(said, says), f"{page.name}: this printed something else:\n$ {command}--- the page says\n{says}--- it printed\n{said}"
        finally:
            shell.end()
