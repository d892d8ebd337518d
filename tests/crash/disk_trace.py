"""What a power cut would leave, replayed from strace's record of a daemon's calls: which files hold bytes that were not synced, and
which names were given in a folder that was not synced since. The rules are POSIX's, not those of a kind file system: fsync of a file
is its bytes and not its name, and a name is its folder's.
"""
import os
import re

CALLS = ("open,openat,creat,write,writev,pwrite64,pwritev,pwritev2,ftruncate,sendfile,copy_file_range,fsync,fdatasync,"
         "rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,unlink,unlinkat,rmdir,sendto,sendmsg")
LINE = re.compile(r"(\d+) +(.*)")
CALL = re.compile(r"(\w+)\((.*)\) += (-?\d+)(?:<(.*)>)?")
PLACE = re.compile(r'(?:(?:\d+|AT_FDCWD)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
DESCRIPTOR = re.compile(r"\d+<([^>]*)>")


def tracer(trace):
    """The words that start a program under strace. The process that is started is the program itself."""
    return ["strace", "-D", "-f", "-y", "-s", "16", "-o", str(trace), "-e", "trace=" + CALLS, "-e", "signal=none"]


class File:
    def __init__(self):
        self.writers = set()  # the threads that wrote to it since it was synced


class Disk:
    """`root`: the folder that is looked at, itself too. `on_answer(disk, thread)` is called when an answer of success begins,
    `on_write(disk, thread, path)` after each write."""

    def __init__(self, root, on_answer, on_write=None):
        self.root, self.on_answer, self.on_write = str(root), on_answer, on_write
        self.files = {}  # what has a name now: path → File
        self.unsynced_names = set()
        self.torn = []  # files that were given their name before their bytes were synced
        self.written, self.named = set(), set()  # the files that were written to, and the names that were given
        self.begun = {}

    def inside(self, path):
        return path == self.root or path.startswith(self.root + "/")

    def replay(self, line):
        thread, rest = LINE.match(line).groups()
        if rest.endswith("<unfinished ...>"):
            self.begun[thread] = rest.removesuffix("<unfinished ...>")
            self.answer(thread, rest)
            return
        resumed = re.match(r"<\.\.\. \w+ resumed>(.*)", rest)
        if resumed:
            rest = self.begun.pop(thread) + resumed[1]
        else:
            self.answer(thread, rest)
        call = CALL.match(rest)
        if call and int(call[3]) >= 0:
            self.did(thread, call[1], call[2], call[4])

    def answer(self, thread, rest):
        if re.match(r'(sendto|sendmsg|write|writev)\(\d+<socket:.*"HTTP/1\.1 2', rest):
            self.on_answer(self, thread)

    def did(self, thread, call, arguments, result):
        places = [os.path.join(folder, name) for folder, name in PLACE.findall(arguments)]
        descriptor = DESCRIPTOR.match(arguments)
        if call in ("open", "openat", "creat"):
            if "O_CREAT" in arguments and "O_TMPFILE" not in arguments and result not in self.files:
                self.name(result, File())
            if "O_TRUNC" in arguments and result in self.files:
                self.files[result].writers.add(thread)
        elif call in ("fsync", "fdatasync"):
            self.sync(descriptor[1])
        elif call in ("write", "writev", "pwrite64", "pwritev", "pwritev2", "ftruncate", "sendfile", "copy_file_range"):
            written = DESCRIPTOR.findall(arguments)[1 if call == "copy_file_range" else 0]
            if self.inside(written) and not written.endswith(" (deleted)"):
                self.files.setdefault(written, File()).writers.add(thread)
                self.written.add(written)
                if self.on_write:
                    self.on_write(self, thread, written)
        elif call.startswith("rename"):
            self.move(*places)
        elif call.startswith("link"):
            self.name(places[1], self.files.get(places[0]) or File())
        elif call.startswith(("mkdir", "symlink")):
            self.name(places[-1], File())
        elif call.startswith("unlink") or call == "rmdir":
            self.files.pop(places[0], None)
            self.unsynced_names.discard(places[0])

    def name(self, path, file):
        if not self.inside(path):
            return
        if file.writers:
            self.torn.append(path)
        self.files[path] = file
        self.unsynced_names.add(path)
        self.named.add(path)

    def move(self, old, new):
        self.unsynced_names.discard(old)
        self.name(new, self.files.pop(old, None) or File())
        for path in [path for path in self.files if path.startswith(old + "/")]:  # a folder takes what is in it along
            moved, unsynced = new + path.removeprefix(old), path in self.unsynced_names
            self.unsynced_names.discard(path)
            self.name(moved, self.files.pop(path))
            if not unsynced:
                self.unsynced_names.discard(moved)

    def sync(self, path):
        if path in self.files:
            self.files[path].writers.clear()
        self.unsynced_names = {name for name in self.unsynced_names if os.path.dirname(name) != path}
