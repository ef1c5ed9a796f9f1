#!/usr/bin/env -S python3 -B
"""How many mutants of policy, crypto, store and migrate the tests catch: tests/mutation/run.py [--minutes N] [--sample N].

`cargo mutants` (`cargo install --locked cargo-mutants`) says what the mutants are. All are built at once (`switch.py`),
each test runs once alone to see which functions it comes by, and then each mutant meets the tests that come by its
function until one fails: those that caught its neighbours first, then the most special. AUTHCTL_SEED chooses the order in
which mutants are drawn; a TMPDIR in memory spares the waiting for a disk.

What a newcomer would get wrong: a mutant whose tests do not end in the time that is given to it has survived here, so
that the figure is a lower bound. A test that hangs caught it.
"""

import argparse
import collections
import concurrent.futures
import contextlib
import json
import os
import pathlib
import random
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import switch

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORK = ROOT / "target/mutation"
CONTROL = WORK / "control"
PLACES = ["src/policy/**", "src/crypto/**", "src/store/**"]
SUITES = ["hash_vectors", "policy_vectors", "token_vectors", "dotenv_table", "time_table", "contract", "migration"]
# tests in one process at most
BATCH = 16
# seconds of tests for each mutant before any gets more
FIRST = 5
# seconds that every batch gets beside the fourfold of what its tests take
GRACE = 10
# who failed when the program hung or crashed
NOBODY = "nobody"
# bytes of address space for it
MEMORY = 8 << 30


def options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=float, default=600, help="no new mutant is begun after that")
    parser.add_argument("--sample", type=int, default=0, help="that many mutants, drawn by chance; 0: all")
    parser.add_argument("--without", metavar="FILE", help="none that this outcomes.json of an earlier run calls caught")
    parser.add_argument("--seconds", type=float, default=90, help="of tests for each mutant")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="mutants at a time (more than 1 needs root)")
    return parser.parse_args()


def environment():
    return dict(os.environ, RUSTFLAGS="--cap-lints allow", CARGO_PROFILE_DEV_DEBUG="0", CARGO_PROFILE_DEV_OPT_LEVEL="1")


def listed():
    names = [word for place in PLACES for word in ("-f", place)]
    text = subprocess.run(["cargo", "mutants", "--list", "--json", *names], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
    return [dict(mutant, id=number, alive=bool(mutant["function"]), met=set())
            for number, mutant in enumerate(json.loads(text), 1)]


def known(file):
    """The names of the mutants that an earlier run caught."""
    return {name for name, outcome in json.loads(pathlib.Path(file).read_text()) if outcome == "caught"} if file else set()


def copied():
    tree = WORK / "tree"
    shutil.rmtree(tree / "src", ignore_errors=True)
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout.decode()
    for name in filter(None, names.split("\0")):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tree / name)
    return tree


def binaries(tree):
    """The test programs, by suite."""
    suites = [word for suite in SUITES for word in ("--test", suite)]
    out = subprocess.run(["cargo", "test", "--no-run", "--locked", "--message-format=json", "--quiet", "--lib", *suites],
                         cwd=tree, env=environment(), check=True, stdout=subprocess.PIPE, text=True).stdout
    built = [json.loads(line) for line in out.splitlines()]
    return {one["target"]["name"]: one["executable"] for one in built
            if one.get("executable") and one["profile"]["test"]}


class Bench:
    """One place where tests run: its own control directory, in a mount namespace of its own if there are several."""

    def __init__(self, tree, number, several):
        self.tree, self.several = tree, several
        self.control = WORK / f"control.{number}" if several else CONTROL
        self.scratch = pathlib.Path(tempfile.gettempdir()) / f"authctl-mutation-{os.getpid()}-{number}"
        self.choose(0)

    def choose(self, mutant):
        CONTROL.mkdir(parents=True, exist_ok=True)
        self.control.mkdir(parents=True, exist_ok=True)
        (self.control / "mutant").write_text(str(mutant))

    def run(self, program, names, seconds, threads=2):
        """Nothing when the tests pass, else the first that fails; a hang and a crash are failures of nobody."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        command = [program, "--exact", "--test-threads", str(threads), *names]
        if self.several:
            mount = f'mount --bind "{self.control}" "{CONTROL}" && exec "$@"'
            command = ["unshare", "--mount", "sh", "-c", mount, "sh", *command]
        child = subprocess.Popen(command, cwd=self.tree, env=dict(environment(), TMPDIR=str(self.scratch)),
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                 start_new_session=True,
                                 preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)))
        try:
            return outcome_of(child, time.monotonic() + seconds)
        finally:
            # What the tests started goes along.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            child.stdout.close()


def outcome_of(child, end):
    """Reads what a test program says until a test fails, the program ends, or the time does."""
    said = b""
    while select.select([child.stdout], [], [], max(end - time.monotonic(), 0))[0]:
        more = os.read(child.stdout.fileno(), 65536)
        said += more
        for line in said.split(b"\n")[:-1]:
            if line.startswith(b"test ") and line.endswith(b" ... FAILED"):
                return line.decode().split()[1]
        if not more:
            try:
                return NOBODY if child.wait(max(end - time.monotonic(), 0.1)) else None
            except subprocess.TimeoutExpired:
                break
    return NOBODY


def seen_alone(benches, programs):
    """Each test that passes unchanged: its suite, name, seconds, and the functions it comes by."""
    def one(case):
        (suite, name), bench = case, free.pop()
        reach = bench.control / "reach"
        shutil.rmtree(reach, ignore_errors=True)
        reach.mkdir()
        # Some tests run the tool as another user.
        reach.chmod(0o777)
        start = time.monotonic()
        passed = bench.run(programs[suite], [name], 120) is None
        seconds = time.monotonic() - start
        reached = {int(line) for file in reach.iterdir() for line in file.read_text().split()}
        shutil.rmtree(reach)
        free.append(bench)
        if not passed:
            print(f"not used, since it fails unchanged: {suite} {name}", flush=True)
        return {"suite": suite, "name": name, "seconds": seconds, "reached": sorted(reached), "passed": passed}

    cases, free = [], list(benches)
    for suite, program in programs.items():
        text = subprocess.run([program, "--list", "--format", "terse"], cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout
        cases += [(suite, line[:-6]) for line in text.splitlines() if line.endswith(": test")]
    with concurrent.futures.ThreadPoolExecutor(len(benches)) as pool:
        return [test for test in pool.map(one, cases) if test["passed"]]


def batches(tests, mutant, caught_by):
    """The tests that come by a mutant and have not met it: one, then ever more of one suite at a time.

    The quick and special ones come first, and before them those that caught mutants of the same function or file.
    """
    def cost(test):
        neighbours = [20 * caught_by[mutant["at"], test["name"]], 5 * caught_by[mutant["file"], test["name"]]]
        return test["seconds"] * (20 + len(test["reached"])) / (1 + sum(neighbours))

    fitting = [test for test in tests if mutant["at"] in test["reached"] and test["name"] not in mutant["met"]]
    fitting.sort(key=cost)
    size = 1
    while fitting:
        suite = fitting[0]["suite"]
        batch = [test for test in fitting if test["suite"] == suite][:size]
        size = min(2 * size, BATCH)
        fitting = [test for test in fitting if test not in batch]
        yield suite, batch


def met(bench, programs, tests, mutant, seconds, caught_by):
    """What becomes of a mutant: caught, survived, or out of reach of every test."""
    bench.choose(mutant["id"])
    start, outcome = time.monotonic(), "survived" if mutant["met"] else "no test comes by"
    for suite, batch in batches(tests, mutant, caught_by):
        outcome = "survived"
        if time.monotonic() - start > seconds:
            return "survived the time"
        usual = sum(test["seconds"] for test in batch)
        failed = bench.run(programs[suite], [test["name"] for test in batch], GRACE + 4 * usual)
        if failed is not None:
            caught_by.update([(mutant["at"], failed), (mutant["file"], failed)])
            return "caught"
        mutant["met"].update(test["name"] for test in batch)
    return outcome


def measured(chosen, benches, programs, tests, given, caught_by):
    """Runs the mutants until they or the minutes are at an end: all for a moment, then for longer those that are left."""
    end, free = time.monotonic() + given.minutes * 60, list(benches)

    def one(mutant, seconds):
        if time.monotonic() > end:
            return
        bench = free.pop()
        mutant["outcome"] = met(bench, programs, tests, mutant, seconds, caught_by)
        free.append(bench)
        print(f"{time.strftime('%H:%M:%S')} {mutant['outcome']}: {mutant['name']}", flush=True)
        outcomes = [[past["name"], past["outcome"]] for past in chosen if "outcome" in past]
        (WORK / "outcomes.json").write_text(json.dumps(outcomes, indent=1))

    for seconds in (min(FIRST, given.seconds), given.seconds):
        waiting = [mutant for mutant in chosen if mutant.get("outcome", "survived the time") == "survived the time"]
        with concurrent.futures.ThreadPoolExecutor(len(benches)) as pool:
            list(pool.map(one, waiting, [seconds] * len(waiting)))
    return [mutant for mutant in chosen if "outcome" in mutant]


def failing_unchanged(bench, programs, tests, mutants, caught_by, count=100):
    """How many of some batches fail without a mutant: what is caught by chance."""
    bench.choose(0)
    for mutant in mutants:
        mutant["met"] = set()
    drawn = [random.Random(number).choice(list(batches(tests, mutant, caught_by)))
             for number, mutant in enumerate(mutants[:count])]
    usual = [GRACE + 4 * sum(test["seconds"] for test in batch) for _, batch in drawn]
    return sum(bench.run(programs[suite], [test["name"] for test in batch], seconds) is not None
               for (suite, batch), seconds in zip(drawn, usual)), len(drawn)


def main():
    given, seed = options(), os.environ.get("AUTHCTL_SEED", "20261125")
    tree, mutants, before = copied(), listed(), known(given.without)
    switch.build(tree, mutants, CONTROL, environment())
    programs = binaries(tree)
    benches = [Bench(tree, number, given.workers > 1) for number in range(given.workers)]
    tests = seen_alone(benches, programs)
    alive = [mutant for mutant in mutants if mutant["alive"]]
    random.Random(seed).shuffle(alive)
    chosen = [mutant for mutant in alive if mutant["name"] not in before]
    caught_by = collections.Counter()
    done = measured(chosen[:given.sample or None], benches, programs, tests, given, caught_by)
    caught = [mutant for mutant in done if mutant["outcome"] == "caught"]
    print(f"figure: mutation: {len(caught)} of {len(done)} mutants caught ({100 * len(caught) / max(len(done), 1):.1f} %), "
          f"{len(alive)} of {len(mutants)} compile, {len(alive) - len(chosen)} were left out, {len(tests)} tests (seed {seed})",
          flush=True)
    failed, count = failing_unchanged(benches[0], programs, tests, caught, caught_by)
    print(f"figure: mutation, the control: {failed} of {count} batches of tests fail without a mutant")
    return 0 if done and len(caught) >= 0.9 * len(done) else 1


if __name__ == "__main__":
    sys.exit(main())
