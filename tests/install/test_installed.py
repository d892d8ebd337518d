"""An installation, moved elsewhere after it was made: it finds its own parts, and nothing in the build folder."""
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("HANBAT_BUILD", ROOT / "build/release"))


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    first = tmp_path_factory.mktemp("first") / "prefix"
    subprocess.run(["cmake", "--install", BUILD, "--prefix", first], check=True, capture_output=True)
    second = tmp_path_factory.mktemp("second") / "elsewhere"
    shutil.move(first, second)
    return second


def run(*command, **more):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, **more)


def test_a_moved_installation_has_its_programs_pages_and_examples(moved):
    assert run(moved / "bin/hanbat", "--version").stdout.strip()
    assert "tasks" in run(moved / "libexec/hanbat/hanbatd", "--schema").stdout
    for part in ("libexec/hanbat/guest/build-runner", "share/hanbat/images/build.sh", "share/man/man1/hanbat.1", "share/man/man8/hanbatd.8",
                 "share/man/man1/hanbat-connect.1", "share/bash-completion/completions/hanbat", "share/zsh/vendor-completions/_hanbat",
                 "share/fish/vendor_completions.d/hanbat.fish", "share/doc/hanbat/guide/first-ten-minutes.md", "share/doc/hanbat/examples/wsi-2021/provision.sh"):
        assert (moved / part).is_file(), part
    assert os.access(moved / "share/hanbat/images/build.sh", os.X_OK)


@pytest.fixture
def somebody_at_the_control_socket(tmp_path):
    """A region as far as the command line asks before it begins: its control socket answers, once."""
    folder = tmp_path / "home/run"
    folder.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "control.sock"))
        listening.listen()
        listening.settimeout(60)

        def answer():
            with listening.accept()[0] as client:
                client.recv(4096)
                client.sendall(b'{"done":true}\n')

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield
        thread.join(60)


@pytest.mark.skipif(os.geteuid() != 0, reason="images are unpacked as root")
@pytest.mark.usefixtures("somebody_at_the_control_socket")
def test_a_moved_installation_runs_its_own_recipes(moved, tmp_path):
    """An import gets as far as the source that is not there, by the script of this installation."""
    script = moved / "share/hanbat/images/import.sh"
    script.write_text(script.read_text().replace('echo "fetching', f'echo "by {script}"; echo "fetching'))
    done = run(moved / "bin/hanbat", "image", "import", f"oci:{tmp_path}/none", "--as", "x",
               env={**os.environ, "HANBAT_HOME": str(tmp_path / "home"), "HANBAT_IMAGES_DIR": str(tmp_path / "images")})
    assert done.returncode == 1 and f"by {script}" in done.stdout, done.stdout + done.stderr


def test_a_program_says_whether_another_version_could_run_its_database(moved, tmp_path):
    """What the package asks before it lets an older version in."""
    daemon, known = moved / "libexec/hanbat/hanbatd", tmp_path / "schema"
    with sqlite3.connect(tmp_path / "region.db") as db:
        db.execute("CREATE TABLE migrations(module TEXT, number INTEGER)")
        db.execute("INSERT INTO migrations VALUES ('ec2', 2)")
    db.close()
    known.write_text("ec2 2\n")
    assert run(daemon, "--check", "--home", tmp_path, "--known", known).returncode == 0
    known.write_text("ec2 1\n")
    refused = run(daemon, "--check", "--home", tmp_path, "--known", known)
    assert refused.returncode == 1 and "ec2 is at step 2, known are 1" in refused.stderr
