"""Writes every mutant of a file into that file, each behind a number that is read when the program starts.

One build then holds them all. A function with mutants gets its body once for each of them, and once as it is:
`match crate::mutant::of(FUNCTION) { 17 => {…}, 18 => {…}, _ => {…} }`.

What a newcomer would get wrong: what does not compile is found by the compiler alone, and taken out again, so that only
mutants that a compiler accepts are counted.
"""

import json
import pathlib
import subprocess

RUNTIME = '''
pub mod mutant {
    use std::io::Write;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::OnceLock;
    const CONTROL: &str = "@CONTROL@";
    static CHOSEN: OnceLock<(u32, bool)> = OnceLock::new();
    static SEEN: [AtomicBool; @COUNT@] = [const { AtomicBool::new(false) }; @COUNT@];
    pub fn of(function: usize) -> u32 {
        let (chosen, log) = CHOSEN.get_or_init(|| {
            let text = std::fs::read_to_string(format!("{CONTROL}/mutant")).unwrap_or_default();
            (text.trim().parse().unwrap_or(0), std::path::Path::new(CONTROL).join("reach").exists())
        });
        if *log && !SEEN[function].swap(true, Ordering::Relaxed) {
            let name = format!("{CONTROL}/reach/{}", std::process::id());
            if let Ok(mut file) = std::fs::OpenOptions::new().create(true).append(true).open(name) {
                let _ = file.write_all(format!("{function}\\n").as_bytes());
            }
        }
        *chosen
    }
}
'''


class Text:
    """A source file, with offsets for the lines and columns that compilers speak of (both from one, in characters)."""

    def __init__(self, text):
        self.text = text
        self.starts = [0]
        for at, character in enumerate(text):
            if character == "\n":
                self.starts.append(at + 1)

    def offset(self, place):
        return self.starts[place["line"] - 1] + place["column"] - 1

    def span(self, span):
        return self.offset(span["start"]), self.offset(span["end"])


def body_of(text, start, end):
    """Where the body's brace stands: the first one outside of comments and brackets."""
    at, depth = start, 0
    while at < end:
        if text.startswith("//", at):
            at = text.index("\n", at)
        elif text[at] in "([":
            depth += 1
        elif text[at] in ")]":
            depth -= 1
        elif text[at] == "{" and depth == 0:
            return at
        at += 1
    return None


def outermost(text, mutants):
    """The functions that are inside no other, each with its mutants."""
    found = {}
    for mutant in mutants:
        if mutant["function"]:
            found.setdefault(text.span(mutant["function"]["span"]), []).append(mutant)
    merged = []
    for span in sorted(found, key=lambda span: (span[0], -span[1])):
        if merged and span[1] <= merged[-1][0][1]:
            merged[-1][1].extend(found[span])
        else:
            merged.append((span, list(found[span])))
    return merged


def switched(source, mutants, first_function):
    """The file's new text, the lines of each mutant in it, and the number of functions."""
    text = Text(source)
    parts, lines, at, line = [], {}, 0, 1

    def add(piece):
        nonlocal line
        parts.append(piece)
        line += piece.count("\n")

    functions = outermost(text, mutants)
    for number, ((start, end), own) in enumerate(functions, first_function):
        brace = body_of(source, start, end)
        add(source[at:brace])
        add("{ match crate::mutant::of(%d) {\n" % number)
        for mutant in own:
            a, b = text.span(mutant["span"])
            before = line
            add("%d => {%s%s%s\n" % (mutant["id"], source[brace + 1:a], mutant["replacement"], source[b:end]))
            lines[mutant["id"]] = (before, line)
            mutant["at"] = number
        add("_ => {%s\n} }" % source[brace + 1:end])
        at = end
    add(source[at:])
    return "".join(parts), lines, len(functions)


def write_tree(tree, mutants, control):
    """Writes the mutants into the tree's files, and says which lines of which file are whose."""
    owners, functions = {}, 0
    for name in sorted({mutant["file"] for mutant in mutants}):
        path = tree / name
        original = path.with_suffix(".unchanged")
        if not original.exists():
            original.write_text(path.read_text())
        own = [mutant for mutant in mutants if mutant["file"] == name and mutant["alive"]]
        text, owners[name], count = switched(original.read_text(), own, functions)
        functions += count
        path.write_text(text)
    root = tree / "src/lib.rs"
    plain = root.read_text().split("\npub mod mutant {")[0]
    root.write_text(plain + RUNTIME.replace("@CONTROL@", str(control)).replace("@COUNT@", str(max(functions, 1))))
    return owners


def faulty(tree, owners, environment):
    """The mutants that the compiler names in its errors; none when all compile."""
    run = subprocess.run(["cargo", "check", "--lib", "--message-format=json", "--quiet"], cwd=tree, env=environment,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    bad, strange = set(), []
    for line in run.stdout.splitlines():
        message = json.loads(line).get("message") or {}
        if message.get("level") != "error":
            continue
        named = {owner for span in message["spans"] for owner, (first, last) in owners.get(span["file_name"], {}).items()
                 if first <= span["line_start"] <= last}
        bad |= named
        if message["spans"] and not named:
            strange.append(message["rendered"])
    if run.returncode and not bad:
        raise SystemExit("the compiler refuses what is no mutant:\n" + "\n".join(strange)[:4000] + run.stderr[-2000:])
    return bad


def build(tree, mutants, control, environment):
    """Takes out what does not compile until the rest does."""
    while True:
        owners = write_tree(pathlib.Path(tree), mutants, control)
        bad = faulty(tree, owners, environment)
        if not bad:
            return
        for mutant in mutants:
            if mutant["id"] in bad:
                mutant["alive"] = False
        print(f"{len(bad)} mutants do not compile and are taken out", flush=True)
