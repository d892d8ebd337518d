"""What yum, dnf and rpm of Hanbat's stand-ins for Amazon Linux know in common: Amazon's names for Debian's packages, and what is installed.
"""
import os
import re
import subprocess
import sys

SHARE = "/usr/share/hanbat/"
AFTER = "/usr/lib/hanbat/after-install"
TOPICS = "/etc/yum/hanbat-extras"
REPOSITORIES = "/etc/yum.repos.d"
# The names that packages were installed by, one a line.
ASKED = "/var/lib/hanbat/yum-installed"
ARCHITECTURES = re.compile(r"\.(x86_64|i[36]86|noarch|aarch64)$")
# A repository of NodeSource, in the address of its package or in its file: which Node.js it has.
NODESOURCE = re.compile(r"https?://rpm\.nodesource\.com/pub_(\d+)\.x/")
DPKG_FIELDS = "${db:Status-Abbrev}|${Package}|${Architecture}|${Version}\n"


def text_of(path):
    try:
        with open(path) as f:
            return f.read()
    except OSError:
        return ""


SYSTEM = text_of("/etc/hanbat/system").strip() or "amzn2"
IS_2023 = SYSTEM.startswith("al2023")
STANDS_FOR = "Amazon Linux 2023" if IS_2023 else "Amazon Linux 2"
NO_RPM = f"RPM files cannot be installed: this system is a Debian 12 that stands in for {STANDS_FOR}"


def fail(message):
    print(message, file=sys.stderr)
    sys.exit(1)


def names():
    """Amazon's name → the rest of its line in the tables."""
    table = {}
    for path in (SHARE + "yum-packages", SHARE + ("yum-packages.al2023" if IS_2023 else "yum-packages.amzn2")):
        for line in text_of(path).splitlines():
            if "=" in line and not line.startswith("#"):
                name, debian = line.strip().split("=", 1)
                table[name] = debian
    return table


def debian_names(mapped):
    """The Debian names of a line of the table, without what is said beside them; "name/suite" is one of another suite."""
    mapped = mapped.partition("~")[0]
    return [] if mapped[:1] in ("!", "-") else [p for p in mapped.split() if not p.startswith("@")]


def bare(packages):
    """Their names without the suite, as the package database has them."""
    return [p.partition("/")[0] for p in packages]


def installed_packages():
    """Name → (architecture, version) of all that is installed."""
    out = subprocess.run(["dpkg-query", "-W", "-f", DPKG_FIELDS], capture_output=True, text=True).stdout
    rows = [line.split("|") for line in out.splitlines()]
    return {package: (arch, version) for status, package, arch, version in rows if status.startswith("ii")}


def asked_names():
    return set(text_of(ASKED).split())


def note_asked(names_there):
    os.makedirs(os.path.dirname(ASKED), exist_ok=True)
    with open(ASKED, "w") as f:
        f.write("".join(name + "\n" for name in sorted(names_there)))


def amazon_packages():
    """Amazon's name → Debian's packages, of all that is installed. Of names that share Debian's packages those are there that were asked
    for, and of the rest those that stand for just these packages; what has no name of Amazon's is there under Debian's."""
    there, asked, found = installed_packages(), asked_names(), {}
    for name, mapped in names().items():
        packages = bare(debian_names(mapped))
        if not packages:
            if name in asked and mapped[:1] == "-":
                found[name] = []
        elif all(p in there for p in packages) and (name in asked or not ("~" in mapped or "@" in mapped or os.path.exists(f"{AFTER}/{name}"))):
            found[name] = packages
    covered = {packages[0] for packages in found.values() if packages}
    for package in there:
        if package not in covered:
            found.setdefault(package, [package])
    return found
