//! Counts tests by the closing lines of the test runners, and prints the table at the end.

use std::time::{Duration, Instant};

/// Tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub passed: u32,
    pub failed: u32,
}

impl Count {
    /// Adds up the closing lines in a runner's output: of cargo, of wasm-bindgen-test (which has the same format), and
    /// of node:test.
    pub fn read(output: &str) -> Self {
        let mut count = Self::default();
        for line in output.lines().map(str::trim) {
            if let Some(rest) = line.strip_prefix("test result: ") {
                count.passed += before(rest, " passed");
                count.failed += before(rest, " failed");
            } else if let Some(number) = line.strip_prefix("ℹ pass ") {
                count.passed += number.parse().unwrap_or(0);
            } else if let Some(number) = line.strip_prefix("ℹ fail ").or(line.strip_prefix("ℹ cancelled "))
            {
                count.failed += number.parse().unwrap_or(0);
            }
        }
        count
    }
}

/// The number before a word.
fn before(text: &str, word: &str) -> u32 {
    let number = text.split(word).next().and_then(|head| head.rsplit(' ').next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// One line of the table.
struct Row {
    name: &'static str,
    count: Option<Count>,
    verdict: Result<(), String>,
    took: Duration,
}

/// The results so far.
pub struct Summary {
    start: Instant,
    rows: Vec<Row>,
}

impl Summary {
    pub fn new() -> Self {
        Self { start: Instant::now(), rows: Vec::new() }
    }

    /// An empty one with the same start, for steps that run at the same time.
    pub fn at_the_same_time(&self) -> Self {
        Self { start: self.start, rows: Vec::new() }
    }

    /// Adds the results of another one.
    pub fn append(&mut self, other: Self) {
        self.rows.extend(other.rows);
    }

    /// The time since the suite began.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Adds a check, which passes or fails as a whole.
    pub fn check(&mut self, name: &'static str, verdict: Result<(), String>, took: Duration) {
        self.rows.push(Row { name, count: None, verdict, took });
    }

    /// Adds a run of tests. A run without any test counts as failed, because its tests were not found.
    pub fn tests(&mut self, name: &'static str, count: Count, verdict: Result<(), String>, took: Duration) {
        let verdict =
            if verdict.is_ok() && count.passed == 0 { Err("ran no test".to_owned()) } else { verdict };
        self.rows.push(Row { name, count: Some(count), verdict, took });
    }

    /// The total of all tests. A failed check counts as one failed test.
    pub fn total(&self) -> Count {
        let mut total = Count::default();
        for row in &self.rows {
            let count = row.count.unwrap_or_default();
            total.passed += count.passed;
            total.failed += if row.verdict.is_err() { count.failed.max(1) } else { count.failed };
        }
        total
    }

    /// Prints the table and the closing line.
    pub fn print(&self) {
        println!("\n{:<38} {:>8} {:>8} {:>8}", "", "passed", "failed", "time");
        for row in &self.rows {
            let (passed, failed) = match (row.count, &row.verdict) {
                (Some(count), _) => (count.passed.to_string(), count.failed.to_string()),
                (None, Ok(())) => ("ok".to_owned(), String::new()),
                (None, Err(_)) => (String::new(), "failed".to_owned()),
            };
            println!("{:<38} {passed:>8} {failed:>8} {:>7.1}s", row.name, row.took.as_secs_f64());
        }
        println!("{:<38} {:>8} {:>8} {:>7.1}s", "total", "", "", self.elapsed().as_secs_f64());
        for row in &self.rows {
            if let Err(reason) = &row.verdict {
                println!("\n{}: {reason}", row.name);
            }
        }
        let total = self.total();
        println!("\n{} passed, {} failed", total.passed, total.failed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_of_every_runner_add_up() {
        let output = "running 3 tests\ntest a ... ok\n\
                      test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\
                      test result: FAILED. 12 passed; 2 failed; 0 ignored\n\
                      ℹ tests 5\nℹ pass 4\nℹ fail 1\nℹ cancelled 0\n";
        assert_eq!(Count::read(output), Count { passed: 19, failed: 3 });
    }

    #[test]
    fn a_test_that_prints_a_number_passed_does_not_count() {
        assert_eq!(Count::read("4 passed, 5 failed\npass 7\n"), Count::default());
    }

    #[test]
    fn a_failed_check_and_a_run_without_tests_are_failures() {
        let mut summary = Summary::new();
        summary.check("check", Err("no".to_owned()), Duration::ZERO);
        summary.tests("none", Count::default(), Ok(()), Duration::ZERO);
        summary.tests("some", Count { passed: 2, failed: 0 }, Ok(()), Duration::ZERO);
        assert_eq!(summary.total(), Count { passed: 2, failed: 2 });
    }
}
