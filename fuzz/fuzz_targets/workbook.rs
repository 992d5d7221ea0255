#![no_main]

libfuzzer_sys::fuzz_target!(
    // The library under the reader panics over some broken files, and the reader takes that for an answer. The fuzzer's
    // own hook would end the process before.
    init: std::panic::set_hook(Box::new(|_| ())),
    |data: &[u8]| prehire::fuzz_targets::workbook(data)
);
