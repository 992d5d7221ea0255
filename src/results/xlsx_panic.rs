//! Panics of the library for workbooks: it panics where its temporary file can't be written (a full disk), and a run must
//! survive that to close its journal. Here such a panic becomes an error.

use std::any::Any;
use std::cell::Cell;
use std::error::Error;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;
use std::{io, iter};

use rust_xlsxwriter::XlsxError;

thread_local! {
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
}

static HOOKED: Once = Once::new();

/// Calls the library. After an error nothing that `work` has touched may be used again.
pub(super) fn catch_xlsx_panic<T>(work: impl FnOnce() -> Result<T, XlsxError>) -> io::Result<T> {
    HOOKED.call_once(print_no_caught_panic);
    IS_CAUGHT.set(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    IS_CAUGHT.set(false);
    match outcome {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(cause_of(error)),
        Err(panic) => Err(cause_of_panic(panic.as_ref())),
    }
}

/// A caught panic is reported as an error; every other one is printed as usual.
fn print_no_caught_panic() {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if !IS_CAUGHT.get() {
            before(panic);
        }
    }));
}

/// The error of the system behind it: the library's own words would say the same again.
fn cause_of(error: XlsxError) -> io::Error {
    let error = match error {
        XlsxError::IoError(error) | XlsxError::TempFileError(_, error) => return error,
        error => error,
    };
    let sources = iter::successors(error.source(), |source| (*source).source());
    let code = sources.filter_map(|source| source.downcast_ref::<io::Error>()?.raw_os_error()).next();
    code.map_or_else(|| io::Error::other(error.to_string()), io::Error::from_raw_os_error)
}

fn cause_of_panic(panic: &(dyn Any + Send)) -> io::Error {
    let words = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    match words.and_then(system_error) {
        Some(code) => io::Error::from_raw_os_error(code),
        // Its words are not ours to show: they may quote a cell.
        None => io::Error::other("the library for workbooks has failed"),
    }
}

/// The number in `… Os { code: 28, … }`, as a failed `expect` shows the error of a system call.
fn system_error(words: &str) -> Option<i32> {
    let (_, behind) = words.split_once("Os { code: ")?;
    behind.split(',').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panicking(error: io::Error) -> io::Error {
        catch_xlsx_panic::<()>(|| panic!("Couldn't write to xml file: {error:?}"))
            .expect_err("it has panicked")
    }

    #[test]
    fn a_panic_becomes_the_error_behind_it() {
        let error = panicking(io::Error::from_raw_os_error(28));
        assert_eq!(error.raw_os_error(), Some(28));
        let error = panicking(io::Error::other("7345005664477775407"));
        assert_eq!(error.to_string(), "the library for workbooks has failed");
    }

    #[test]
    fn an_error_keeps_its_cause() {
        let full = || XlsxError::IoError(io::Error::from_raw_os_error(28));
        assert_eq!(catch_xlsx_panic::<()>(|| Err(full())).expect_err("an error").raw_os_error(), Some(28));
        assert!(catch_xlsx_panic(|| Ok(7)).is_ok_and(|value| value == 7));
    }
}
