//! The process: what the program says is its exit code. Nothing else ends it.

fn main() -> std::process::ExitCode {
    prehire::program()
}
