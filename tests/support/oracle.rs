//! One helper process that answers with the pinned Python libraries; `oracle.py` lists the questions.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use super::python::script;

/// The helper process; dropping it ends the process.
pub struct Oracle {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Oracle {
    /// Starts the helper.
    ///
    /// # Panics
    /// When its interpreter cannot be started.
    pub fn start() -> Oracle {
        let mut child = script("oracle.py")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the oracle's interpreter starts");
        let questions = child.stdin.take().expect("the oracle's stdin is piped");
        let answers = BufReader::new(child.stdout.take().expect("the oracle's stdout is piped"));
        Oracle { child, questions, answers }
    }

    /// Asks one question; a library's error is an answer with the fields `error` and `message`.
    ///
    /// # Panics
    /// When the helper ends, or says something that is not JSON.
    pub fn ask(&mut self, question: Value) -> Value {
        writeln!(self.questions, "{question}").expect("the oracle takes questions");
        self.questions.flush().expect("the oracle takes questions");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the oracle answers");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("the oracle said {line:?}: {error}"))
    }

    /// Asks many questions, a thousand in one line; the answers come in the same order.
    ///
    /// # Panics
    /// As [`Oracle::ask`].
    pub fn ask_all(&mut self, questions: &[Value]) -> Vec<Value> {
        let mut answers = Vec::with_capacity(questions.len());
        for chunk in questions.chunks(1_000) {
            let Value::Array(some) = self.ask(json!({"op": "batch", "items": chunk}))["answers"].take() else {
                panic!("a batch is answered by an array");
            };
            answers.extend(some);
        }
        answers
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
