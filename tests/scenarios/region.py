"""The live region as a user meets it: its commands, AWS clients, git, curl, and the bastion.

Everything goes through programs that a user has: hanbat, aws, git, ssh, curl, boto3. Nothing looks inside the daemons.
"""
import contextlib
import datetime
import http.client
import json
import os
import pathlib
import shlex
import signal
import subprocess
import threading
import time

import boto3
import botocore.config

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "wsi-2021"
HANBAT = os.environ.get("HANBAT", str(ROOT / "build/release/src/main/hanbat"))
HOME = pathlib.Path(os.environ.get("HANBAT_HOME", "/var/lib/hanbat"))
STATE = HOME / "wsi-2021"
REGION = "ap-northeast-2"


def run(*command, env=None, check=True, timeout=900, cwd=None, stdin=None):
    """Runs a command to its end; its output is shown by pytest when the test fails."""
    done = subprocess.run([str(part) for part in command], env=env, cwd=cwd, timeout=timeout, text=True, input=stdin,
                          stdin=None if stdin is not None else subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print("$", *command, "\n" + done.stdout[-6000:])
    if check and done.returncode != 0:
        raise AssertionError(f"{command[0]} exited with {done.returncode}:\n{done.stdout[-3000:]}")
    return done


def process_in(line):
    """The process that a line of `hanbat status` names."""
    return int(line.split("process ")[1].split(",")[0])


class Region:
    """A running region, and the environment that `hanbat env` makes for its users."""

    def __init__(self):
        self._env = None

    def up(self):
        try:
            run(HANBAT, "up")
        except AssertionError as error:
            # Whose the files are is what a daemon without rights fails on.
            raise AssertionError(f"{error}\n{run('find', HOME, '-maxdepth', '2', '-ls', check=False).stdout[-4000:]}") from None
        self._env = None

    def down(self):
        run(HANBAT, "down")

    @property
    def env(self):
        if self._env is None:
            lines = subprocess.run(["bash", "-c", f'eval "$("{HANBAT}" env)" && env -0'], check=True, capture_output=True).stdout
            self._env = dict(line.split("=", 1) for line in lines.decode().split("\0") if "=" in line)
            self._env.update(WSI_STATE=str(STATE))
        return self._env

    @property
    def endpoint(self):
        return self.env["AWS_ENDPOINT_URL"]

    def client(self, service, **options):
        options.setdefault("aws_access_key_id", self.env["AWS_ACCESS_KEY_ID"])
        options.setdefault("aws_secret_access_key", self.env["AWS_SECRET_ACCESS_KEY"])
        config = botocore.config.Config(retries={"max_attempts": 5, "mode": "standard"}, connect_timeout=10, read_timeout=90)
        return boto3.client(service, endpoint_url=self.endpoint, region_name=REGION, config=config, **options)

    def aws(self, *arguments, check=True):
        return run("aws", *arguments, env=self.env, check=check)

    def script(self, name, *arguments, check=True):
        return run(EXAMPLE / name, *arguments, env=self.env, check=check)

    # -- processes ------------------------------------------------------------------------------------------------

    def status(self):
        lines = run(HANBAT, "status").stdout.splitlines()
        return {line.split()[0]: line for line in lines if line.strip()}

    def pid_of(self, daemon):
        return process_in(self.status()[daemon])

    # -- servers --------------------------------------------------------------------------------------------------

    def servers(self):
        """Name → instance of everything that runs with the deployment group's tag."""
        answer = self.client("ec2").describe_instances(Filters=[
            {"Name": "tag:wsi:deploy:group", "Values": ["dev-api"]}, {"Name": "instance-state-name", "Values": ["running"]}])
        found = [instance for reservation in answer["Reservations"] for instance in reservation["Instances"]]
        return {next(tag["Value"] for tag in one["Tags"] if tag["Key"] == "Name"): one for one in found}

    def target_group(self):
        return self.client("elbv2").describe_target_groups(Names=["wsi-api-tg"])["TargetGroups"][0]["TargetGroupArn"]

    def target_health(self):
        """Instance id → state of the balancer's targets."""
        answer = self.client("elbv2").describe_target_health(TargetGroupArn=self.target_group())
        return {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in answer["TargetHealthDescriptions"]}

    def balancer_address(self):
        """(host name, port) under which this machine reaches the load balancer."""
        name = self.client("elbv2").describe_load_balancers(Names=["wsi-alb"])["LoadBalancers"][0]["DNSName"]
        return name.replace(".amazonaws.com", "") + ".localhost", int(self.env["HANBAT_BALANCER_PORT"])

    def health(self, address=None, timeout=5):
        """One GET /health through the load balancer: (status, parsed body or None)."""
        host, port = address or self.balancer_address()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        with contextlib.closing(connection):
            connection.request("GET", "/health", headers={"Host": f"{host}:{port}"})
            answer = connection.getresponse()
            body = answer.read()
            return answer.status, json.loads(body) if answer.status == 200 else None

    def versions(self, requests=40):
        """Host name → version, of as many answers through the balancer."""
        address = self.balancer_address()
        found = {}
        for _ in range(requests):
            status, body = self.health(address)
            assert status == 200, f"GET /health: {status}"
            found[body["host"]] = body["version"]
        return found

    def on_bastion(self, command, check=True):
        """Runs a shell command on the bastion, as root, over ssh."""
        script = f'. "{EXAMPLE}/lib.sh"; on_bastion {shlex.quote(command)}'
        return run("bash", "-c", script, env=self.env, check=check).stdout

    def on_private_server(self, address, command, check=True):
        """Runs a shell command on a server of a private subnet that carries wsi-key, over ssh through the bastion."""
        options = ["-i", STATE / "wsi-key", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
                   "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"]
        bastion = self.client("ec2").describe_instances(Filters=[
            {"Name": "tag:Name", "Values": ["wsi-bastion"]}, {"Name": "instance-state-name", "Values": ["running"]},
        ])["Reservations"][0]["Instances"][0]["PublicIpAddress"]
        through = " ".join(["ssh", *map(str, options), "-W", "%h:%p", f"ec2-user@{bastion}"])
        return run("ssh", "-n", *options, "-o", f"ProxyCommand={through}", f"ec2-user@{address}", command, env=self.env, check=check).stdout

    # -- delivery -------------------------------------------------------------------------------------------------

    @property
    def clone(self):
        return STATE / "wsi-api-repo"

    def git(self, *arguments, check=True):
        return run("git", "-C", self.clone, *arguments, env=self.env, check=check)

    def push(self, branch, edit):
        """Commits what `edit(folder)` changes in the clone, pushes it, and returns the commit's id."""
        self.git("fetch", "-q", "origin")
        self.git("checkout", "-q", "-f", "-B", branch, f"origin/{branch}")
        edit(self.clone)
        self.git("commit", "-q", "-a", "-m", "a change")
        self.git("push", "-q", "origin", f"HEAD:refs/heads/{branch}")
        return self.git("rev-parse", "HEAD").stdout.strip()

    def executions(self, commit):
        summaries = self.client("codepipeline").list_pipeline_executions(pipelineName="wsi-api-pipeline")["pipelineExecutionSummaries"]
        return [one for one in summaries if any(r.get("revisionId") == commit for r in one.get("sourceRevisions", []))]

    def wait_execution(self, commit, limit_s=600):
        """The newest pipeline execution of the commit, once it has ended."""
        def ended():
            found = self.executions(commit)
            return found[0] if found and found[0]["status"] not in ("InProgress", "Stopping") else None
        return wait_until(ended, limit_s, f"the pipeline's execution of {commit}")

    def actions(self, execution):
        answer = self.client("codepipeline").list_action_executions(
            pipelineName="wsi-api-pipeline", filter={"pipelineExecutionId": execution["pipelineExecutionId"]})
        return {one["stageName"]: one for one in answer["actionExecutionDetails"]}

    def wait_action(self, commit, stage, limit_s=300):
        """The stage's action of that commit once it has begun."""
        def begun():
            found = self.executions(commit)
            return self.actions(found[0]).get(stage) if found else None
        return wait_until(begun, limit_s, f"stage {stage} of {commit}")

    def deployment_of(self, execution):
        return self.actions(execution)["Deploy"]["output"]["executionResult"]["externalExecutionId"]

    def lifecycle(self, deployment):
        """Instance id → its lifecycle events in that deployment."""
        deploy = self.client("codedeploy")
        found = {}
        for target in deploy.list_deployment_targets(deploymentId=deployment)["targetIds"]:
            detail = deploy.get_deployment_target(deploymentId=deployment, targetId=target)["deploymentTarget"]["instanceTarget"]
            found[target.split("/")[-1]] = detail
        return found

    def builds_of(self, project, commit):
        builds = self.client("codebuild")
        ids = builds.list_builds_for_project(projectName=project)["ids"][:20]
        if not ids:
            return []
        return [one for one in builds.batch_get_builds(ids=ids)["builds"] if one.get("resolvedSourceVersion") == commit]


def wait_until(ask, limit_s, what):
    """What ask() returns, as soon as that is true."""
    began = time.monotonic()
    while True:
        found = ask()
        if found:
            return found
        assert time.monotonic() - began < limit_s, f"{what}: not within {limit_s} s"
        time.sleep(0.4)


def kill_and_wait(region):
    """SIGKILL; hostd starts hanbatd again."""
    killed = region.pid_of("hanbatd")
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: region.status().get("hanbatd") and region.pid_of("hanbatd") != killed and "answers" in region.status()["front"] and
               "NOT" not in region.status()["front"], 30, "hanbatd's restart")


def set_version(version):
    """An edit for Region.push: the application answers with that version."""
    def edit(clone):
        path = clone / "src" / "app.py"
        lines = [f'VERSION = "{version}"' if line.startswith("VERSION = ") else line for line in path.read_text().splitlines()]
        path.write_text("\n".join(lines) + "\n")
    return edit


def new_version():
    return datetime.datetime.utcnow().strftime("t%H%M%S.%f")


class Watch:
    """Asks the load balancer for /health again and again while it is open, and keeps what failed."""

    def __init__(self, region, pause_s=0.05):
        self.region, self.pause_s = region, pause_s
        self.asked, self.failures, self.versions = 0, [], []

    def __enter__(self):
        self._address = self.region.balancer_address()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()
        return self

    def _ask(self):
        while not self._stop.wait(self.pause_s):
            self.asked += 1
            at = time.strftime("%H:%M:%S")
            try:
                status, body = self.region.health(self._address, timeout=10)
            except OSError as error:
                self.failures.append((at, repr(error)))
                continue
            if status != 200:
                self.failures.append((at, status))
            elif body["version"] not in self.versions:
                self.versions.append(body["version"])

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
