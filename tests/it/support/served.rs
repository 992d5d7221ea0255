//! A `prehire simulate` that tests talk to from outside.

use std::io::{BufRead, BufReader};
use std::process::Child;

use crate::context::TestContext;

/// A `prehire simulate` that ends with its test.
pub struct Served {
    child: Child,
    first_line: String,
}

impl Served {
    pub fn start(context: &TestContext, arguments: &[&str]) -> Served {
        let mut child = context.program([&["simulate"], arguments].concat()).spawn().unwrap();
        let mut first_line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first_line).unwrap();
        Served { child, first_line }
    }

    /// The first line on its standard output.
    pub fn first_line(&self) -> &str {
        &self.first_line
    }

    /// Where it is to be reached.
    pub fn base_url(&self) -> &str {
        self.first_line.strip_prefix("listening on ").unwrap().trim_end()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
