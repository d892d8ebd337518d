"""What there is of a region: what the API tells, and what the host has in its kernel, in Incus and on disk. Told so that the same
region tells the same again, however often its daemons died in between."""
import collections
import json
import os
import pathlib
import re
import sqlite3
import subprocess

from live_user import live

INCUS = dict(os.environ, INCUS_DIR=str(live.HOME / "host/incus/dir"), INCUS_CONF=str(live.HOME / "host/incus/client"))


def lines(*command, env=None):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, env=env, timeout=30)
    return sorted(done.stdout.splitlines()) if done.returncode == 0 else [f"{command}: {done.stderr.strip()}"]


def in_kernel(namespace):
    """Links, addresses, routes and rules, without the numbers that the kernel gives out."""
    inside = ["ip", "-n", namespace] if namespace else ["ip"]
    entered = ["ip", "netns", "exec", namespace] if namespace else []
    ours = lambda line: namespace or "hb-" in line or "198.1" in line  # noqa: E731
    return {
        "links": sorted({re.sub(r"@.*", "", line.split(": ")[1]) for line in lines(*inside, "-o", "link") if ours(line)}),
        "addresses": [" ".join(line.split()[1:4]) for line in lines(*inside, "-o", "-4", "address") if ours(line)],
        "routes": [line.strip() for line in lines(*inside, "-4", "route", "show", "table", "all") if ours(line)],
        "rules": lines(*inside, "-4", "rule") if namespace else [],
        "filter": lines(*entered, "nft", "-s", "list", "table", "ip", "hanbat"),
    }


def of_the_host():
    namespaces = sorted(line.split()[0] for line in lines("ip", "netns", "list") if line.startswith("hb-"))
    programs = collections.Counter()
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if str(live.HOME) in " ".join(words) and pathlib.Path(words[0]).name in ("dnsmasq", "haproxy", "incusd"):
            programs[pathlib.Path(words[0]).name] += 1
    state = {f"kernel of {name or 'the host'}": in_kernel(name) for name in ["", *namespaces]}
    return state | {
        "namespaces": namespaces,
        "programs": dict(programs),
        "machines": lines("incus", "list", "--format", "csv", "--columns", "ns", env=INCUS),
        "volumes": lines("incus", "storage", "volume", "list", "hanbat", "--format", "csv", "--columns", "tn", env=INCUS),
        "images": lines("incus", "image", "list", "--format", "csv", "--columns", "F", env=INCUS),
        "networks' folders": sorted(os.listdir(live.HOME / "host/networks/vpcs")),
        "balancers' folders": sorted(path.name for path in (live.HOME / "host/balancers").iterdir() if path.is_dir()),
        "shared folders": sorted(str(path.relative_to(live.HOME)) for path in (live.HOME / "shared").glob("*/*")),
        "mounts": sorted(re.sub(r"/dev/loop\d+", "loop", " ".join(line.split()[:2])) for line in open("/proc/mounts") if str(live.HOME) in line),
    }


def of_the_api(user):
    """What of EC2's and the balancers' resources is there; what was deleted and is still told of for a while is left out."""
    def all_of(service, operation, key, name, gone=lambda one: False):
        return sorted(one[name] for one in user(service, operation)[key] if not gone(one))

    over = lambda one: one["State"] in ("deleting", "deleted", "failed")  # noqa: E731
    reservations = user("ec2", "describe_instances")["Reservations"]
    executions = user("codepipeline", "list_pipeline_executions", pipelineName="ring")["pipelineExecutionSummaries"]
    deployments = user("codedeploy", "list_deployments", applicationName="ring", deploymentGroupName="ring")["deployments"]
    builds = user("codebuild", "list_builds_for_project", projectName="ring")["ids"]
    return {
        # The first execution is that of the pipeline's creation, and has nothing to build.
        "executions of one commit": max(collections.Counter(source["revisionId"] for one in executions for source in one.get("sourceRevisions", [])).values(), default=0),
        "builds beside the executions": len(builds) - len(executions),
        "deployments beside the executions": len(deployments) - len(executions),
        "instances": sorted((one["InstanceId"], one["State"]["Name"]) for all in reservations for one in all["Instances"]
                            if one["State"]["Name"] != "terminated"),
        "vpcs": all_of("ec2", "describe_vpcs", "Vpcs", "VpcId"),
        "subnets": all_of("ec2", "describe_subnets", "Subnets", "SubnetId"),
        "interfaces": all_of("ec2", "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId"),
        "security groups": all_of("ec2", "describe_security_groups", "SecurityGroups", "GroupId"),
        "route tables": all_of("ec2", "describe_route_tables", "RouteTables", "RouteTableId"),
        "addresses": all_of("ec2", "describe_addresses", "Addresses", "PublicIp"),
        "internet gateways": all_of("ec2", "describe_internet_gateways", "InternetGateways", "InternetGatewayId"),
        "NAT gateways": all_of("ec2", "describe_nat_gateways", "NatGateways", "NatGatewayId", over),
        "volumes": all_of("ec2", "describe_volumes", "Volumes", "VolumeId"),
        "balancers": all_of("elbv2", "describe_load_balancers", "LoadBalancers", "LoadBalancerName"),
        "target groups": all_of("elbv2", "describe_target_groups", "TargetGroups", "TargetGroupName"),
    }


def of_the_store():
    """(blobs that nobody links to, blobs that are missing)."""
    database = sqlite3.connect(f"file:{live.HOME}/region.db?mode=ro", uri=True)
    try:
        linked = {row[0] for row in database.execute("SELECT DISTINCT sha256 FROM blob_links")}
    finally:
        database.close()
    found = {path.name for path in (live.HOME / "blobs").glob("??/*")}
    return sorted(found - linked), sorted(linked - found)


def differences(was, now):
    """Key → what of it is gone and what has come, of two states."""
    out = {}
    for key in was.keys() | now.keys():
        before, after = was.get(key), now.get(key)
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            out[key] = differences(before, after)
        elif isinstance(before, list) and isinstance(after, list):
            tell = lambda these, those: [one for one in these if one not in those]  # noqa: E731
            out[key] = {"gone": tell(before, after), "come": tell(after, before)}
        else:
            out[key] = {"gone": before, "come": after}
    return out


def told(state):
    return json.dumps(state, indent=1, default=str)
