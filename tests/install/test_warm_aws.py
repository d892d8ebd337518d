"""The AWS CLI that ./run starts once (tools/warm-aws) does what /usr/bin/aws does: arguments, variables, folder, output, exit code."""
import contextlib
import http.server
import os
import pathlib
import shutil
import subprocess
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLD = "/usr/bin/aws"


@contextlib.contextmanager
def warm(mark=""):
    """The folder of a warm CLI, whose processes have that mark in their environment."""
    starter = subprocess.Popen(["bash", "-c", 'folder="$(tools/warm-aws start $$)"; echo "$folder"; read wait'], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                               env=dict(os.environ, WARM_TEST=mark))
    try:
        yield pathlib.Path(starter.stdout.readline().strip())
    finally:
        starter.communicate("\n")


def marked(mark):
    """The processes that have it, of whatever user's we may look into."""
    there = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"WARM_TEST={mark}" in (process / "environ").read_text(errors="replace"):
                there.append(process.name)
    return there


@pytest.fixture
def endpoint():
    """Answers every call as EC2 would where there is nothing."""
    class Nothing(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            body = b'<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><vpcSet/></DescribeVpcsResponse>'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Nothing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.skipif(not shutil.which(COLD), reason="the AWS CLI is not installed")
@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_a_call_reads_no_model_that_the_process_has_read(tmp_path, endpoint):
    with warm(str(tmp_path)) as folder:
        serving = marked(str(tmp_path))
        lines = tmp_path / "trace"
        trace = subprocess.Popen(["strace", "-f", "-qq", "-e", "trace=openat", "-o", lines, *(f"-p{pid}" for pid in serving)],
                                 stderr=subprocess.DEVNULL)
        time.sleep(1)
        if trace.poll() is not None:
            pytest.skip("strace may trace nothing here")
        environment = dict(os.environ, AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b", AWS_REGION="eu-north-1", AWS_ENDPOINT_URL=endpoint)
        said = subprocess.run([folder / "aws", "ec2", "describe-vpcs", "--query", "length(Vpcs)"], env=environment, capture_output=True, text=True,
                              timeout=60)
        trace.kill()  # asked to end it waits for each that it watches, also for who has just ended
        trace.wait(timeout=20)
    assert (said.returncode, said.stdout) == (0, "0\n"), said.stderr
    opened = lines.read_text()
    assert "openat" in opened, "the call was not traced"
    assert not [line for line in opened.splitlines() if "/botocore/data/" in line and "ENOENT" not in line]


@pytest.mark.skipif(not shutil.which(COLD), reason="the AWS CLI is not installed")
def test_a_call_is_answered_as_by_a_cli_of_its_own_and_it_lives_as_long_as_its_owner(tmp_path):
    (tmp_path / "config").write_text("[default]\nregion = eu-north-1\n[profile other]\nregion = sa-east-1\n")
    with warm() as folder:
        time.sleep(2.5)  # the shell of $(…), which started it, is long gone
        assert (folder / "aws").exists()
        environment = dict(os.environ, AWS_CONFIG_FILE="config", AWS_EC2_METADATA_DISABLED="true")
        for arguments, more, code in ((["--version"], {}, 0), (["configure", "get", "region"], {}, 0), (["configure", "get", "region"], {"AWS_PROFILE": "other"}, 0),
                                      (["configure", "get", "nothing"], {}, 1), (["nonsense"], {}, 252)):
            ran = [subprocess.run([program, *arguments], cwd=tmp_path, env=environment | more, capture_output=True, text=True)
                   for program in (COLD, folder / "aws")]
            assert ran[0].returncode == ran[1].returncode == code, arguments
            assert (ran[0].stdout, ran[0].stderr) == (ran[1].stdout, ran[1].stderr), arguments
    for _ in range(100):
        if not folder.exists():
            break
        time.sleep(0.1)
    assert not folder.exists()
