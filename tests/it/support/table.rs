//! Tables of scripted ids with the cells that they must end in.
//!
//! Each line is the id, then `status success error_code retry_outcome attempts http_status confirmed_by`; a dash is an
//! empty cell.

use crate::context::{SOMEBODY, TestContext};
use crate::run::Run;

const WORDS: [&str; 7] =
    ["status", "success", "error_code", "retry_outcome", "attempts", "http_status", "confirmed_by"];

/// The lines of a table, with one space between words.
fn lines(table: &str) -> Vec<String> {
    let lines = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect()
}

/// Runs all ids of a table at once, behind an ordinary row, so that a row without any reply does not stop the run; shows
/// all that came out otherwise. Whatever happens, nobody is withdrawn twice, and what failed says so and what to do.
pub fn run_table(context: TestContext, table: &str) -> (TestContext, Run) {
    let expected = lines(table);
    let ids = expected.iter().map(|line| line.split(' ').next().unwrap());
    let context =
        ids.fold(context.row(SOMEBODY, "an ordinary row"), |context, id| context.row(id, "scripted"));
    let run = context.run();
    let (rows, mut wrong) = (run.results(), String::new());
    assert_eq!(rows.len(), expected.len() + 1, "{run}");
    assert_eq!(rows[0].words(&["status", "retry_outcome", "attempts"]), "withdrawn not_needed 1", "{run}");
    for (row, expected) in rows[1..].iter().zip(expected) {
        let id = &row["pre_hire_id"];
        let actual = format!("{id} {}", row.words(&WORDS));
        if actual != expected {
            wrong.push_str(&format!("\n  expected {expected}\n  actual   {actual}\n"));
        }
        assert_eq!(row["advice"].is_empty(), &row["success"] == "true", "advice for {id}{run}");
        assert_eq!(row["error_message"].is_empty(), row["error_code"].is_empty(), "message for {id}{run}");
        assert!(context.api().look_up(id).withdrawn_times <= 1, "{id} was withdrawn twice{run}");
    }
    assert!(wrong.is_empty(), "{wrong}{run}");
    (context, run)
}

/// The same with a run for each line: where one id changes what becomes of the others.
pub fn run_each_alone(context: impl Fn() -> TestContext, table: &str, exit: i32) {
    for line in lines(table) {
        let (_, run) = run_table(context(), &line);
        run.assert_exit(exit);
    }
}
