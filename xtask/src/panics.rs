//! Shortens the panics of a module.

use wasm_bindgen_cli_support::Output;

use crate::run::Failure;

/// Makes the functions of the standard library that start a panic trap at once. WebAssembly shows no panic message, so
/// that the trap is the whole effect of a panic. The optimizer then removes the messages that lead to it, and 3 % of the
/// module: as `panic = "immediate-abort"` does, which needs a nightly compiler and the sources of the standard library.
pub fn trap_at_once(output: &mut Output) -> Result<(), Failure> {
    let mut has_panics = false;
    for function in output.wasm_mut().funcs.iter_mut() {
        if !function.name.as_deref().is_some_and(is_panic) {
            continue;
        }
        has_panics = true;
        let mut body = function.kind.unwrap_local_mut().builder_mut().func_body();
        // A function that returns ends otherwise.
        if body.instrs().last().is_some_and(|(last, _)| last.is_unreachable()) {
            body.instrs_mut().clear();
            body.unreachable();
        }
    }
    if has_panics {
        return Ok(());
    }
    Err(Failure::new("the module has none of the standard library's functions for panics")
        .hint("adapt the names in xtask/src/panics.rs to the compiler's new version"))
}

/// Whether a function starts a panic, by its demangled name.
fn is_panic(name: &str) -> bool {
    let mut depth = 0_u32;
    // Without the hashes of crates, as in `core[c5930c85a12de822]::panicking::panic_fmt`.
    let path: String = name
        .chars()
        .filter(|character| {
            depth += u32::from(*character == '[');
            let is_outside = depth == 0;
            depth -= u32::from(*character == ']');
            is_outside
        })
        .collect();
    let path = path.trim_start_matches('<');
    let path = path.split("::<").next().unwrap_or_default();
    let last = path.rsplit("::").next().unwrap_or_default();
    let is_of_std = ["core::", "alloc::", "std::"].iter().any(|library| path.starts_with(library));
    is_of_std
        && (path.starts_with("core::panicking::")
            || last.starts_with("panic_already")
            || ["_fail", "_failed", "slice_error_fail_rt"].iter().any(|end| last.ends_with(end))
            || ["handle_error", "handle_alloc_error", "capacity_overflow"].contains(&last)
            || ["panic_poisoned", "panic_access_error"].contains(&last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_of_the_standard_library_are_found_by_their_names() {
        for name in [
            "core[c5930c85a12de822]::panicking::panic_fmt",
            "core[c5930c85a12de822]::panicking::panic_const::panic_const_rem_by_zero",
            "core[c5930c85a12de822]::panicking::assert_failed::<usize, usize>",
            "core::panicking::panic_bounds_check",
            "core[c5930c85a12de822]::str::slice_error_fail_rt",
            "<alloc[3ca501edff3f0c7c]::vec::Vec<_, _>>::split_off::assert_failed",
            "alloc[3ca501edff3f0c7c]::raw_vec::handle_error",
            "std[a543996e6e7dbf1e]::sync::lazy_lock::panic_poisoned",
        ] {
            assert!(is_panic(name), "{name}");
        }
        for name in [
            "std[a543996e6e7dbf1e]::panicking::panic_count::increase",
            "<hashbrown[5e619d7d1129c59f]::raw::Fallibility>::capacity_overflow",
            "hookseal::webhook::error::Error::new::h8abccdcc73eaaffb",
            "hookseal::panicking::panic_fmt",
            "<core::fmt::Formatter>::pad",
        ] {
            assert!(!is_panic(name), "{name}");
        }
    }
}
