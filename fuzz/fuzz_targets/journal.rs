#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| prehire::fuzz_targets::journal(data));
