//! Owns the tests of the whole sending stage in virtual time, against a fake API: hours of pacing in no time.

mod fake;
mod fold;
mod long_run;
mod looks;
mod stops;
mod store_app;
mod world;
