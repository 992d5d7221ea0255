//! Tests of the whole sending stage in virtual time, against the simulated API: hours of pacing in no time.

mod faults;
mod fold;
mod long_run;
mod looks;
mod stops;
mod store_app;
mod world;
