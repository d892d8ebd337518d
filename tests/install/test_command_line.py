"""The command line as its table has it (src/main/cli/table): every command answers --help, has a manual page, and completes, in the shells themselves where
they are installed. Nothing here needs a region."""
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("HANBAT_BUILD", ROOT / "build/release"))
HANBAT = BUILD / "src/main/hanbat"


@pytest.fixture(scope="module")
def env(tmp_path_factory):
    """A state folder without a region, and `hanbat` in the path."""
    folder = tmp_path_factory.mktemp("command-line")
    return {**{name: value for name, value in os.environ.items() if not name.startswith("AWS_")}, "HANBAT_HOME": str(folder / "home"), "HANBAT_PORT": "4999",
            "PATH": f"{HANBAT.parent}:/usr/bin:/bin", "HOME": str(folder), "TERM": "dumb"}


def hanbat(env, *words, code=0):
    done = subprocess.run([HANBAT, *words], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == code, (words, done.stdout, done.stderr)
    return done


def offered(env, *words):
    """What completion says behind these words, the last of which is being typed."""
    return [line.split("\t")[0] for line in hanbat(env, "__complete", *words).stdout.splitlines()]


def commands(env, *above):
    """Every command, as its words, by what completion offers."""
    for word in offered(env, *above, ""):
        if re.fullmatch(r"[a-z-]+", word) and f"Usage: hanbat {' '.join([*above, word])} [" in hanbat(env, *above, word, "--help").stdout:
            yield (*above, word)
            yield from commands(env, *above, word)


@pytest.fixture(scope="module")
def every(env):
    found = list(commands(env))
    assert len(found) >= 30 and ("image", "base", "add") in found
    return found


def test_every_command_of_help_completes_and_of_completion_has_help(env, every):
    def of_help(*above):
        listed = re.search(r"^subcommands:\s*\n((?:[ \t]+\S.*\n?)+)", hanbat(env, *above, "--help").stdout, re.M | re.I)
        for word in re.findall(r"^  (\S+)", listed.group(1), re.M) if listed else []:
            yield (*above, word)
            yield from of_help(*above, word)

    assert sorted(of_help()) == sorted(every)


def test_no_command_is_added_but_in_the_table():
    """A parser of its own would be known to --help alone."""
    others = [path for path in (ROOT / "src/main").rglob("*.cc") if "add_subcommand" in path.read_text() and path.name != "parse.cc"]
    assert others == []


def test_every_command_has_a_manual_page_with_its_options_and_exit_codes(env, every, tmp_path):
    hanbat(env, "manual", tmp_path)
    pages = {path.name: path.read_text().replace("\\-", "-") for path in tmp_path.iterdir()}
    assert set(pages) == {"hanbat.1"} | {f"hanbat-{'-'.join(words)}.1" for words in every}
    for words in every:
        page = pages[f"hanbat-{'-'.join(words)}.1"]
        for option in offered(env, *words, "--"):
            assert option == "--help" or option in page, (words, option)
        assert re.search(r"\.SH EXIT STATUS\n\.TP\n0\n.*\.TP\n2\n", page, re.S)
    assert "\n3\nWhen points are missing.\n" in pages["hanbat-task-mark.1"]
    if shutil.which("man"):
        for path in tmp_path.iterdir():
            said = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", path], env={**env, "MANWIDTH": "100"}, capture_output=True, text=True)
            assert said.returncode == 0 and not said.stderr, (path.name, said.stderr)


def test_every_option_of_help_completes(env, every):
    for words in every:
        help_text = hanbat(env, *words, "--help").stdout
        listed = set(re.findall(r"^  (?:-\w,)?(--[a-z-]+)", help_text, re.M)) - {"--help"}
        assert listed == set(offered(env, *words, "--")) - {"--help"}, words


def test_what_is_given_is_not_offered_again_and_values_are_offered_by_their_kind(env, tmp_path):
    assert "--language" not in offered(env, "task", "mark", "pack", "--language", "ko", "--")
    assert offered(env, "task", "mark", "pack", "--language", "") == ["en", "ko"]
    assert offered(env, "task", "mark", "pack", "--language=k") == ["--language=ko"]
    assert offered(env, "backup", "") == [":files"]
    assert offered(env, "task", "check", "") == [":folders"]
    assert offered(env, "sta") == ["status"] and offered(env, "nonsense", "") == []
    assert "manual" not in offered(env, "")
    home = tmp_path / "shared" / "base-images"
    (home / "docker.io+library+ubuntu:24.04").mkdir(parents=True)
    assert offered({**env, "HANBAT_HOME": str(tmp_path)}, "image", "base", "remove", "docker") == ["docker.io/library/ubuntu:24.04"]


def test_where_no_region_runs_completion_is_quiet_and_quick(env):
    began = time.monotonic()
    assert offered(env, "env", "--region", "") == []
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("words, said", [
    (["stauts"], 'there is no command "stauts"; did you mean "status"?\nhanbat --help'),
    (["mark"], 'did you mean "task mark"?'),
    (["image", "runtime", "lst"], 'did you mean "image runtime list"?\nhanbat image runtime --help'),
    (["trust", "--statsu"], "trust has no option --statsu; did you mean --status?\nhanbat trust --help"),
    (["logs", "nonsense"], "hanbatd,hostd,images"),
    (["logs", "--lines", "many"], "lines"),
    (["connect", "i-1", "uname", "-a"], "a command that has options of its own goes behind --"),
    (["backup"], "file is required\nhanbat backup --help"),
    (["image"], "say what: build, import, base, runtime\nhanbat image --help"),
    ([], "say what: up, down, status"),
    (["task", "mark", "x", "--competitor", "kim", "--all"], "excludes"),
])
def test_a_wrong_command_line_ends_with_2_and_says_what_to_type(env, words, said):
    done = hanbat(env, *words, code=2)
    assert said in done.stderr and done.stdout == ""


def typed(command, keys, env, until, longest=20):
    """What a shell on a terminal has shown once `until` was seen after the keys."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, env)
    heard, deadline = "", time.monotonic() + longest
    try:
        for text, awaited in [*keys, ("", until)]:
            os.write(fd, text.encode())
            while awaited not in heard:
                assert select.select([fd], [], [], max(0, deadline - time.monotonic()))[0], f"nothing more before {awaited!r}: {heard!r}"
                heard += os.read(fd, 65536).decode(errors="replace")
        return heard
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(fd)


def test_bash_completes(env, tmp_path):
    script = tmp_path / "hanbat.bash"
    script.write_text(hanbat(env, "completion", "bash").stdout)
    shell = ["bash", "--norc", "--noprofile", "-i"]
    begin = [(f"PS1='> '; . {script}; echo rea''dy\r", "ready")]
    typed(shell, [*begin, ("hanbat stat\t", "hanbat status ")], env, "")
    typed(shell, [*begin, ("hanbat task mark p --lang\t", "--language ")], env, "")
    typed(shell, [*begin, ("hanbat image base remove docker.io/library/ub\t", "docker.io/library/ubuntu:24.04")],
          {**env, "HANBAT_HOME": str(shelf(tmp_path))}, "")
    (tmp_path / "my-backup.file").touch()
    typed(shell, [*begin, (f"hanbat restore {tmp_path}/my-\t", "my-backup.file")], env, "")


def shelf(folder):
    (folder / "shared/base-images/docker.io+library+ubuntu:24.04").mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
def test_zsh_completes(env, tmp_path):
    (tmp_path / "_hanbat").write_text(hanbat(env, "completion", "zsh").stdout)
    begin = [(f"PS1='> '; fpath=({tmp_path} $fpath); autoload -Uz compinit && compinit -u -D; echo rea''dy\r", "ready")]
    shell = ["zsh", "-f", "-i"]
    typed(shell, [*begin, ("hanbat stat\t", "status ")], env, "")
    typed(shell, [*begin, ("hanbat task mark p --lang\t", "--language ")], env, "")
    typed(shell, [*begin, ("hanbat image base remove docker.io/library/ub\t", "ubuntu:24.04")], {**env, "HANBAT_HOME": str(shelf(tmp_path))}, "")


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed")
def test_fish_completes(env, tmp_path):
    script = tmp_path / "hanbat.fish"
    script.write_text(hanbat(env, "completion", "fish").stdout)

    def ask(line, **more):
        done = subprocess.run(["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"], env={**env, **more}, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0 and not done.stderr, done.stderr
        return [one.split("\t")[0] for one in done.stdout.splitlines()]

    assert ask("hanbat stat") == ["status"]
    assert ask("hanbat task mark p --lang") == ["--language"]
    assert ask("hanbat image base remove docker") == [] != ask("hanbat image base remove docker", HANBAT_HOME=str(shelf(tmp_path)))


@pytest.mark.parametrize("words, kind", [(["status"], dict), (["doctor"], list), (["image", "base", "list"], dict), (["image", "runtime", "list"], list),
                                         (["task", "status"], list)])
def test_what_lists_something_has_a_form_for_programs(env, words, kind):
    import json
    done = subprocess.run([HANBAT, *words, "--json"], env=env, capture_output=True, text=True, timeout=60)
    assert isinstance(json.loads(done.stdout), kind), done.stderr


def test_there_is_colour_on_a_terminal_alone_and_none_with_no_color(env):
    def shown(**more):
        pid, fd = pty.fork()
        if pid == 0:
            os.execve(HANBAT, ["hanbat", "doctor"], {**env, "TERM": "xterm", "PATH": "/bin", **more})
        heard = ""
        try:
            while part := os.read(fd, 65536).decode(errors="replace"):
                heard += part
        except OSError:
            pass
        os.waitpid(pid, 0)
        return heard

    # With an empty path, programs are missing, which is told in red.
    none = {"PATH": "/nonexistent", "TERM": "xterm"}
    assert "\x1b[31mMISSING" in shown(**none)
    assert "\x1b[" not in shown(NO_COLOR="1", **none)
    assert "\x1b[" not in subprocess.run([HANBAT, "doctor"], env={**env, **none}, capture_output=True, text=True).stdout
