//! Tests of the whole sending stage in virtual time, against a fake API: hours of pacing in no time.
#![allow(clippy::disallowed_methods, reason = "a test may leave its delays to chance")]

mod fake;
mod fold;
mod long_run;
mod looks;
mod stops;
mod store_app;
mod world;
