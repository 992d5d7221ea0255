//! What supports the tests: no test is here.

/// What a journal must prove about its runs, for the tests that kill them.
pub mod audit;
/// A custom bot on loopback.
pub mod bot;
/// The files that belong to the checkout.
pub mod checkout;
/// The builder that all tests share: a directory, an input, a server, flags and an environment.
pub mod context;
/// Columns and words as they are promised, written out once more.
pub mod contract;
/// What the help says of commands and flags.
pub mod help;
/// One bounded run of the program, and what came of it.
pub mod run;
/// The whole text that a run says, without what is different each time.
#[macro_use]
pub mod said;
/// A search endpoint of a test's own making.
pub mod search_server;
/// A `prehire simulate` that tests talk to from outside.
pub mod served;
/// Tables of scripted ids with the cells that they must end in.
pub mod table;
/// What can be seen of a run from outside: its journal, its lock, the server's record; and runs that are killed.
pub mod watch;
/// Workbooks, as other programs read them: their cells, and the parts inside.
pub mod workbook;
