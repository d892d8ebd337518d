"""The host side in memory, for a daemon that runs without rights: what is wanted is there at once. It speaks the protocol of
src/host/protocol.h at the other end of `--host-fd`, as hanbat-hostd does, so that instances run, gateways are available and load
balancers active wherever these tests run."""
import json
import socket
import threading
import time

LARGEST = 8 << 20

TARGET_COUNTERS = ("requests", "connection_errors", "answered_2xx", "answered_3xx", "answered_4xx", "answered_5xx")
MACHINE_COUNTERS = ("cpu_ns", "received_bytes", "sent_bytes", "received_packets", "sent_packets")


class HostOfMemory:
    def __init__(self):
        self.ours, self.theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.networks, self.machine_specs, self.running, self.balancers = {}, {}, {}, {"balancers": [], "target_groups": []}
        self.log_batches = []  # records of balancers, as LogBatch has them; a test puts them here
        self.counted = {}  # "vpcs", "balancers": what each is told to have carried
        self.unknown = []  # what was asked for that it cannot do: a test that sees some is wrong about its host
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    @property
    def descriptor(self):
        """The daemon's end, to be handed on to it."""
        return self.theirs.fileno()

    def close(self):
        for one in (self.ours, self.theirs):
            one.close()

    def serve(self):
        while True:
            try:
                message = self.ours.recv(LARGEST)
            except OSError:
                return
            if not message:
                return
            call = json.loads(message)
            answer, descriptors = {"id": call["id"]}, []
            do = getattr(self, "do_" + call["action"], None)
            if do is None:
                self.unknown.append(call["action"])
                answer.update(error="Failed", message=f"{call['action']} is nothing that a host of memory does")
            else:
                answer["result"] = do(call["arguments"])
                if isinstance(answer["result"], socket.socket):
                    descriptors.append(answer.pop("result"))
                    answer["result"] = None
            try:
                socket.send_fds(self.ours, [json.dumps(answer).encode()], [one.fileno() for one in descriptors])
            except OSError:
                return
            for one in descriptors:
                one.close()

    def do_apply_vpc(self, spec):
        self.networks[spec["id"]] = spec

    def do_remove_vpc(self, vpc):
        self.networks.pop(vpc["name"], None)

    def do_vpcs(self, _):
        return [{"id": "", "account": "000000000000", "space": "a"}] + [{"id": one["id"], "account": one["account"], "space": "a"} for one in self.networks.values()]

    def do_listen(self, _):
        listening = socket.create_server(("127.0.0.1", 0))
        listening.setblocking(False)
        return listening

    def do_create_machine(self, spec):
        self.machine_specs[spec["name"]] = spec
        self.running.setdefault(spec["name"], 0)

    def do_start_machine(self, machine):
        self.running[machine["name"]] = int(time.time() * 1000)

    def do_stop_machine(self, machine):
        self.running[machine["name"]] = 0

    do_restart_machine = do_start_machine

    def do_delete_machine(self, machine):
        self.running.pop(machine["name"], None)
        self.machine_specs.pop(machine["name"], None)

    def do_machines(self, _):
        return [{"name": name, "status": "running" if began else "stopped", "started_at_ms": began, "memory_bytes": 0,
                 "counters": dict.fromkeys(MACHINE_COUNTERS, 0), "labels": self.machine_specs[name]["labels"]} for name, began in self.running.items()]

    def do_console(self, _):
        return ""

    def do_images(self, _):
        return []

    def do_apply_balancers(self, spec):
        self.balancers = spec

    def do_balancer_health(self, _):
        return [{"target_group_id": group["id"], "ip": one["ip"], "port": one["port"], "state": "healthy" if one["state"] == "active" else "draining",
                 "reason": "" if one["state"] == "active" else "Target.DeregistrationInProgress", "response_code": 200, "active_connections": 0, "counters": dict.fromkeys(TARGET_COUNTERS, 0)}
                for group in self.balancers["target_groups"] for one in group["targets"]]

    def do_take_times(self, _):
        return []

    def do_take_logs(self, _):
        return self.log_batches[0] if self.log_batches else {"name": "", "until": 0, "lost": 0, "records": []}

    def do_drop_logs(self, batch):
        self.log_batches = [one for one in self.log_batches if one["name"] != batch["name"]]

    def do_counts(self, of):
        return self.counted.get(of["source"], [])

    def do_drop_counts(self, _):
        return None

    def do_health(self, _):
        return []
