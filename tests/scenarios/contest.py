"""A contest as a trainer runs it: `hanbat task` with a pack, one competitor, and marks as JSON."""
import functools
import json
import os
import subprocess
import uuid

from region import HANBAT, HOME, ROOT, run

EXAMPLES = ROOT / "examples"


@functools.cache
def warm_folder():
    """A folder for PATH with an AWS CLI that is started once, where the distribution's is there: a marking calls it 200 times. Else ""."""
    started = subprocess.run([ROOT / "tools/warm-aws", "start", str(os.getpid())], capture_output=True, text=True)
    return started.stdout.strip() if started.returncode == 0 else ""


class Contest:
    """One competitor who has started a pack."""

    def __init__(self, region, pack):
        self.region, self.pack = region, EXAMPLES / pack
        self.env = {**region.env, "PATH": f"{warm_folder()}:{region.env['PATH']}".lstrip(":")}
        self.name = f"try-{uuid.uuid4().hex[:8]}"
        self.folder = HOME / "task" / self.name
        run(HANBAT, "task", "start", self.pack, "--competitor", self.name, env=region.env)

    def solve(self):
        run(HANBAT, "task", "solve", self.pack, "--competitor", self.name, env=self.env)

    def stop(self):
        run(HANBAT, "task", "stop", "--competitor", self.name, env=self.env)

    def sheet(self, *items, whole=False):
        """The sheet of those items (all without): item → what `mark --json` says of it. `whole`: with what takes minutes, as a change
        that the judge pushes."""
        command = [HANBAT, "task", "mark", self.pack, "--competitor", self.name, "--json", *([] if whole else ["--quick"])]
        for item in items:
            command += ["--item", item]
        done = subprocess.run([str(part) for part in command], env=self.env, capture_output=True, text=True, timeout=3600)
        assert done.returncode in (0, 3), done.stderr
        sheet = json.loads(done.stdout)
        assert (done.returncode == 0) == all(item["result"] == "pass" for item in sheet["items"])
        return {item["id"]: item for item in sheet["items"]}

    def failing(self, *items, whole=False):
        """Item → the ids of its parts that earn nothing ([] where it has none), of each that has not all its points."""
        return {key: [part["id"] for part in item.get("parts", []) if part["earned"] < part["points"]]
                for key, item in self.sheet(*items, whole=whole).items() if item["result"] != "pass"}

    def shell(self, script, check=True):
        """Runs bash lines as the competitor, in whose shell `aws` is the account; what they print."""
        lines = f'. "{self.folder}/kit/credentials.sh"; export AWS_PAGER="" HANBAT_TASK_FOLDER="{self.folder}/work"; set -euo pipefail\n{script}'
        return run("bash", "-c", lines, env=self.env, check=check).stdout


def snapshot(contest):
    """What an account holds that a marking could have changed, as lines."""
    return contest.shell("""
        aws ec2 describe-instances --filters Name=instance-state-name,Values=pending,running,stopped --query 'sort(Reservations[].Instances[].InstanceId)'
        aws ec2 describe-network-interfaces --query 'sort(NetworkInterfaces[].NetworkInterfaceId)'
        aws iam list-roles --query 'sort(Roles[].RoleName)'
        aws iam list-users --query 'sort(Users[].UserName)'
        aws s3api list-buckets --query 'sort(Buckets[].Name)'
        aws logs describe-log-groups --query 'sort(logGroups[].logGroupName)'
        for repository in $(aws codecommit list-repositories --query 'repositories[].repositoryName' --output text); do
          for branch in $(aws codecommit list-branches --repository-name $repository --query branches --output text); do
            aws codecommit get-branch --repository-name $repository --branch-name $branch --query branch
          done
        done
        for repository in $(aws ecr describe-repositories --query 'repositories[].repositoryName' --output text); do
          aws ecr describe-images --repository-name $repository --query 'sort_by(imageDetails,&imageDigest)[].[imageDigest,imageTags]'
        done
        lines() { tr '\\t' '\\n' | sed "s|^|$1: |"; }
        for project in $(aws codebuild list-projects --query projects --output text); do
          aws codebuild list-builds-for-project --project-name $project --query ids --output text | lines "build of $project"
        done
        for group in $(aws logs describe-log-groups --query 'logGroups[].logGroupName' --output text); do
          aws logs describe-log-streams --log-group-name $group --query 'logStreams[].logStreamName' --output text | lines "stream of $group"
        done
        aws deploy list-deployments --query deployments --output text | lines deployment
    """).splitlines()
