"""The AWS CLI that ./run starts once (tools/warm-aws) does what /usr/bin/aws does: arguments, variables, folder, output, exit code."""
import os
import pathlib
import shutil
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLD = "/usr/bin/aws"


@pytest.mark.skipif(not shutil.which(COLD), reason="the AWS CLI is not installed")
def test_a_call_is_answered_as_by_a_cli_of_its_own_and_it_ends_with_its_starter(tmp_path):
    (tmp_path / "config").write_text("[default]\nregion = eu-north-1\n[profile other]\nregion = sa-east-1\n")
    starter = subprocess.Popen(["bash", "-c", 'tools/warm-aws start; read wait'], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    folder = pathlib.Path(starter.stdout.readline().strip())
    try:
        assert (folder / "aws").exists()
        environment = dict(os.environ, AWS_CONFIG_FILE="config", AWS_EC2_METADATA_DISABLED="true")
        for arguments, more, code in ((["--version"], {}, 0), (["configure", "get", "region"], {}, 0), (["configure", "get", "region"], {"AWS_PROFILE": "other"}, 0),
                                      (["configure", "get", "nothing"], {}, 1), (["nonsense"], {}, 252)):
            ran = [subprocess.run([program, *arguments], cwd=tmp_path, env=environment | more, capture_output=True, text=True)
                   for program in (COLD, folder / "aws")]
            assert ran[0].returncode == ran[1].returncode == code, arguments
            assert (ran[0].stdout, ran[0].stderr) == (ran[1].stdout, ran[1].stderr), arguments
    finally:
        starter.communicate("\n")
    for _ in range(100):
        if not folder.exists():
            break
        time.sleep(0.1)
    assert not folder.exists()
