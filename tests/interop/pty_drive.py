"""Runs a command on a pseudo-terminal as a shell with job control would, and plays a script against it.

Reads one JSON object from stdin:
    argv     the command
    env      variables to add
    steps    a list of
               {"expect": TEXT}    wait until the terminal has shown it (after the last one that was seen)
               {"send": TEXT} / {"send_hex": HEX} / {"send_repeated": [TEXT, N]}
               {"signal": NAME}    send it to the command ("TERM", "INT", ...)
               {"resize": [R, C]}
               {"stopped": true}   wait until the command has stopped; notes the terminal's modes
               {"fg": true}        continue it in the foreground
    winsize  [rows, columns], default [24, 80]
Writes one JSON object to stdout:
    exit / signal        how the command ended
    terminal             what the terminal showed; stdout: what the command wrote to its stdout, a pipe
    restored             the terminal's modes are the same as before
    restored_when_stopped  the same at every stop; null without one
    cursor_hidden        the last cursor sequence hid it
    failed               what the script waited for in vain, or null

Standard library only.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

PATIENCE = 20.0


def shell(job, slave, stdout, report, orders):
    """The session leader: runs the job, gives it the terminal, takes it back when it stops or ends."""
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(slave, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        os.dup2(slave, 0)
        os.dup2(stdout, 1)
        os.dup2(slave, 2)
        try:
            os.execvpe(job["argv"][0], job["argv"], {**os.environ, **job.get("env", {})})
        finally:
            os._exit(127)
    os.close(stdout)
    os.write(report, b"pid %d\n" % child)
    while True:
        _, status = os.waitpid(child, os.WUNTRACED)
        os.tcsetpgrp(slave, os.getpgrp())
        if not os.WIFSTOPPED(status):
            break
        os.write(report, b"stopped\n")
        os.read(orders, 1)
        os.tcsetpgrp(slave, child)
        os.killpg(child, signal.SIGCONT)
    if os.WIFEXITED(status):
        os.write(report, b"exit %d\n" % os.WEXITSTATUS(status))
    else:
        os.write(report, b"signal %d\n" % os.WTERMSIG(status))
    # Holds the terminal open until its modes have been looked at.
    os.read(orders, 1)
    os._exit(0)


class Driver:
    def __init__(self, job):
        self.master, slave = pty.openpty()
        self.resize(job.get("winsize", [24, 80]))
        self.before = termios.tcgetattr(slave)
        out_read, out_write = os.pipe()
        self.report, report_write = os.pipe()
        orders_read, self.orders = os.pipe()
        self.shell = os.fork()
        if self.shell == 0:
            for fd in (self.master, out_read, self.report, self.orders):
                os.close(fd)
            shell(job, slave, out_write, report_write, orders_read)
        for fd in (out_write, report_write, orders_read):
            os.close(fd)
        self.slave = slave
        self.out = out_read
        self.child = None
        self.shown = b""
        self.seen = 0
        self.stdout = b""
        self.reports = b""
        self.outbox = b""
        self.stops = []
        self.deadline = time.monotonic() + PATIENCE

    def resize(self, size):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", size[0], size[1], 0, 0))

    def pump(self):
        """Moves bytes in all directions once; false when time is up."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            return False
        reading = [fd for fd in (self.master, self.out, self.report) if fd is not None]
        writing = [self.master] if self.outbox else []
        readable, writable, _ = select.select(reading, writing, [], min(left, 0.2))
        if self.master in readable:
            self.shown += os.read(self.master, 65536)
        if self.out in readable:
            part = os.read(self.out, 65536)
            self.stdout += part
            if not part:
                os.close(self.out)
                self.out = None
        if self.report in readable:
            self.reports += os.read(self.report, 65536)
        if writable:
            # Small pieces: a full terminal queue would block.
            sent = os.write(self.master, self.outbox[:512])
            self.outbox = self.outbox[sent:]
        return True

    def wait(self, ready):
        while not ready():
            if not self.pump():
                return False
        return True

    def ended(self):
        return any(line.startswith((b"exit ", b"signal ")) for line in self.reports.split(b"\n")[:-1])

    def step(self, step):
        """Plays one step; false when it waited in vain."""
        if "expect" in step:
            text = step["expect"].encode()
            if not self.wait(lambda: text in self.shown[self.seen:]):
                return False
            self.seen = self.shown.index(text, self.seen) + len(text)
        elif "send" in step or "send_hex" in step or "send_repeated" in step:
            if "send_repeated" in step:
                text, times = step["send_repeated"]
                self.outbox += text.encode() * times
            else:
                self.outbox += step["send"].encode() if "send" in step else bytes.fromhex(step["send_hex"])
            return self.wait(lambda: not self.outbox or self.ended())
        elif "signal" in step:
            if not self.wait(lambda: self.reports.startswith(b"pid ") and b"\n" in self.reports):
                return False
            os.kill(int(self.reports.split(b"\n")[0][4:]), getattr(signal, "SIG" + step["signal"]))
        elif "resize" in step:
            self.resize(step["resize"])
        elif "stopped" in step:
            count = len(self.stops)
            if not self.wait(lambda: self.reports.count(b"stopped\n") > count):
                return False
            self.stops.append(termios.tcgetattr(self.slave) == self.before)
        elif "fg" in step:
            os.write(self.orders, b"f")
        return True

    def play(self, steps):
        for step in steps:
            if not self.step(step):
                return step
        if not self.wait(lambda: self.ended() and self.out is None):
            return "the end of the command"
        return None

    def drain(self):
        while select.select([self.master], [], [], 0)[0]:
            self.shown += os.read(self.master, 65536)

    def result(self, failed):
        self.drain()
        after = termios.tcgetattr(self.slave)
        ends = dict(line.split(b" ") for line in self.reports.split(b"\n") if b" " in line)
        hidden, shown = self.shown.rfind(b"\x1b[?25l"), self.shown.rfind(b"\x1b[?25h")
        if b"exit" not in ends and b"signal" not in ends and b"pid" in ends:
            os.kill(int(ends[b"pid"]), signal.SIGKILL)
        os.kill(self.shell, signal.SIGKILL)
        os.waitpid(self.shell, 0)
        return {
            "exit": int(ends[b"exit"]) if b"exit" in ends else None,
            "signal": int(ends[b"signal"]) if b"signal" in ends else None,
            "terminal": self.shown.decode(errors="backslashreplace"),
            "stdout": self.stdout.decode(errors="backslashreplace"),
            "restored": after == self.before,
            "restored_when_stopped": all(self.stops) if self.stops else None,
            "cursor_hidden": hidden > shown,
            "failed": failed,
        }


def main():
    job = json.load(sys.stdin)
    driver = Driver(job)
    failed = driver.play(job["steps"])
    json.dump(driver.result(failed), sys.stdout)


main()
