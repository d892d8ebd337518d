#!/usr/bin/python3
"""Writes docs/support.md and docs/permissions.md: per service, every operation of AWS's model, whether it is built, and
which permissions it asks for, from the same operations.txt that the code is generated from.
`support.py --check` fails when a page is not current.
"""
import json
import pathlib
import sys

import operations

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "support.md"
PERMISSIONS = ROOT / "docs" / "permissions.md"
OPENING = """# What is supported

Written by `tools/support.py` from each service's `operations.txt`, which the code is generated from; not edited by hand.

An operation that is listed works, and its answer is the truth: success means that the effect has happened or is under
way. A parameter under "not" is refused with `NotImplemented` (501) naming it, and so is every operation that is not
listed. Nothing is accepted and ignored.

Every call is authorized as AWS authorizes it. Under "Enforced" stand the actions, the resources and the condition keys that
policies may name; [permissions.md](permissions.md) has them operation by operation. Beside them every question carries the
global condition keys that it has a value for:

* who calls: `aws:PrincipalArn`, `aws:PrincipalAccount`, `aws:PrincipalType`, `aws:PrincipalTag/${TagKey}`,
  `aws:PrincipalOrgID`, `aws:PrincipalOrgPaths`, `aws:userid`, `aws:username`, `aws:SourceIdentity`, `aws:TokenIssueTime`,
  `aws:MultiFactorAuthPresent`
* a service that calls, and for whom: `aws:PrincipalIsAWSService`, `aws:PrincipalServiceName`,
  `aws:PrincipalServiceNamesList`, `aws:SourceArn`, `aws:SourceAccount`, `aws:SourceOrgID`, `aws:SourceOrgPaths`,
  `aws:ViaAWSService`, `aws:CalledVia`, `aws:CalledViaFirst`, `aws:CalledViaLast`
* how the call came: `aws:SourceIp`, `aws:SecureTransport`, `aws:UserAgent`, `aws:Referer`, `aws:CurrentTime`,
  `aws:EpochTime`, `aws:RequestedRegion`
* whose the resource is: `aws:ResourceAccount`, `aws:ResourceOrgID`, `aws:ResourceOrgPaths`
* in all calls with the keys of an instance: `ec2:SourceInstanceARN`, `ec2:RoleDelivery`, `aws:Ec2InstanceSourceVpc`,
  `aws:Ec2InstanceSourcePrivateIPv4`; with those of a build: `codebuild:projectArn`, `codebuild:buildArn`
"""
PERMISSIONS_OPENING = """# Which permissions each operation asks for

Written by `tools/support.py` from each service's `operations.txt`, which the code is generated from; not edited by hand.

A call that succeeds has asked for each permission below that is not marked "when asked for", and for nothing that is not
below: the region holds every call to this table and fails it otherwise. The condition keys of a resource go with each
question about an existing one, those of an operation with what the input has; [support.md](support.md) lists the global
ones.

Condition keys of AWS's reference that never have a value here, so that a condition on them finds none, as on AWS when the
request has none:

| condition key | why |
|---|---|
| `aws:SourceVpc`, `aws:SourceVpcArn`, `aws:SourceVpce`, `aws:VpcSourceIp`, `aws:VpceAccount`, `aws:VpceOrgID`, `aws:VpceOrgPaths` | there are no VPC endpoints |
| `aws:MultiFactorAuthAge` | there is no MFA; `aws:MultiFactorAuthPresent` is `false` in every session |
| `aws:FederatedProvider`, `saml:*`, `sts:RequestContext/*`, `sts:TaskPolicyArn`, `aws:AssumedRoot` | the calls and parameters that bring them answer 501 |
| `aws:ChatbotSourceArn`, `lambda:SourceFunctionArn`, `ecs:SourceTask` and the like | services that are not here |
| `s3:x-amz-server-side-encryption*`, `s3:object-lock-*`, `s3:x-amz-grant-*`, `s3:x-amz-website-redirect-location` | the parameters are refused |
| `s3:DataAccessPoint*`, `s3:AccessPointNetworkOrigin`, `s3:AccessGrantsInstanceArn` | there are no access points |
| `s3:BucketTag/*`, `aws:ResourceTag/*` of buckets | they count on AWS only in buckets that turn it on, which cannot be done here |
| `ec2:LaunchTemplate`, `ec2:IsLaunchTemplateResource`, `ec2:PlacementGroup*`, `ec2:ProductCode`, `ec2:ParentSnapshot`, `ec2:KmsKeyId` and others of EC2 | of resources and parameters that are not here |
| `codebuild:buildBatchConfig.*`, `codebuild:fileSystemLocations*` and the like | the parameters are refused |
| `ssm:DocumentCategories`, `ssm:DocumentType`, `ssm:SessionDocumentAccessCheck`, `ssm:AccessRequestId` | no documents are made, sessions are opened with AWS's own and without requests for access; `ssm:Policies` is of parameter policies, which are refused |
| `ssm:SourceInstanceARN` | of hybrid machines; EC2's have `ec2:SourceInstanceARN` |
| `secretsmanager:KmsKeyArn`, `secretsmanager:AddReplicaRegions`, `secretsmanager:ForceOverwriteReplicaSecret`, `secretsmanager:Type`, `secretsmanager:Rotat*`, `secretsmanager:resource/*` and the like | there are no keys, replicas and rotations |
| `elasticloadbalancing:SecurityPolicy` | the parameter is refused |
| `events:ManagedBy`, `events:eventBusInvocation` | no service makes rules, and a bus is no target |
| `logs:LogGeneratingResourceArns`, `logs:DestinationArn` | there are no deliveries and destinations |
| `iam:FIDO-*`, `iam:RegisterSecurityKey`, `iam:OrganizationsPolicyId`, `iam:DelegationDuration` | the calls answer 501 |
"""


def table_of(folder):
    return operations.Operations(folder / "operations.txt")


def code(items, between=", "):
    return between.join(f"`{item}`" for item in items)


def title_of(folder):
    model = json.loads((ROOT / "models" / f"{folder.name}.json").read_text())
    return model["metadata"].get("serviceId", folder.name)


def anchor(title):
    return title.lower().replace(" ", "-")


def enforced(folder):
    """One paragraph on what of a service policies decide."""
    table = table_of(folder)
    asked = [one for entry in table.entries.values() for one in entry.permissions]
    actions = sorted({action for one in asked for action in one.actions})
    free = sorted(name for name, entry in table.entries.items() if entry.asks_nothing)
    types = sorted({resource.name for one in asked for resource in one.resources if resource.name != "*"})
    keys = sorted({key for one in asked for key in one.keys} | {key for r in table.resources.values() for key in r.keys})
    text = f"Enforced: [{len(actions)} action{'s' if len(actions) != 1 else ''}](permissions.md#{anchor(title_of(folder))})"
    if types:
        text += f" on {code(types)}"
    if keys:
        text += f", with {code(keys)}"
    text += "."
    if free:
        text += f" Free to every caller: {', '.join(free)}."
    return text if actions else f"Free to every caller who is who the call is about: {', '.join(free)}."


def permission_section(folder):
    table = table_of(folder)
    lines = [f"## {title_of(folder)}", ""]
    resources = [resource for name, resource in table.resources.items() if name != "*"]
    if resources:
        lines += ["| resource | ARN | condition keys |", "|---|---|---|"]
        lines += [f"| {r.name} | `{r.arn}` | {code(r.keys)} |" for r in resources]
        lines.append("")
    lines += ["| operation | action | on | condition keys |", "|---|---|---|---|"]
    for name in sorted(table.entries):
        if table.entries[name].asks_nothing:
            lines.append(f"| {name} | nothing | | |")
        shown = name
        for one in table.entries[name].permissions:
            when = "" if one.always else ", when asked for"
            on = ", ".join(r.name.replace("*", "\\*") for r in one.resources)
            lines.append(f"| {shown} | {code(one.actions, ' or ')}{when} | {on} | {code(one.keys)} |")
            shown = ""
    return lines + [""]


def section(folder):
    model = json.loads((ROOT / "models" / f"{folder.name}.json").read_text())
    built = table_of(folder).modelled
    missing = [name for name in sorted(model["operations"]) if name not in built]
    title = model["metadata"].get("serviceId", folder.name)
    lines = [f"## {title}", "", f"{len(built)} of {len(model['operations'])} operations. {enforced(folder)}", ""]
    lines += ["| operation | not |", "|---|---|"]
    for name in sorted(built):
        if built[name].only:
            note = "anything but " + ", ".join(f"`{one}`" for one in built[name].only)
        else:
            note = ", ".join(f"`{one}`" for one in built[name].refused)
        lines.append(f"| {name} | {note} |")
    if missing:
        lines += ["", "Not built: " + ", ".join(missing) + "."]
    return lines + [""]


def page(opening, write):
    lines = [opening]
    for path in sorted((ROOT / "src" / "services").glob("*/operations.txt")):
        lines += write(path.parent)
    return "\n".join(lines).rstrip() + "\n"


def main():
    pages = {PAGE: page(OPENING, section), PERMISSIONS: page(PERMISSIONS_OPENING, permission_section)}
    if "--check" in sys.argv:
        old = [path for path, text in pages.items() if not path.exists() or path.read_text() != text]
        for path in old:
            print(f"{path.relative_to(ROOT)} is not current; run tools/support.py")
        return 1 if old else 0
    for path, text in pages.items():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
