//! Locations of issues (pointers, bytes, UTF-16 offsets, lines and columns), compared with slow independent computations;
//! and the diagnostics of the parser with their messages.

use std::fmt::Write as _;

use hookseal::json::Document;
use hookseal::schema::{CompileOptions, Schema};
use hookseal::{Code, Issue, PathSegment, Severity};
use proptest::prelude::*;
use serde_json::Value;

/// A schema that every value violates, so that the location of every value is computed.
fn everywhere() -> Schema {
    let text = br##"{ "$defs": { "any": { "const": "\u0000 no value", "additionalProperties": { "$ref": "#/$defs/any" },
        "items": { "$ref": "#/$defs/any" } } }, "$ref": "#/$defs/any" }"##;
    Schema::compile(text, &CompileOptions::default()).expect("a schema")
}

/// JSON with unusual keys, unusual white space and characters of every length in UTF-8.
fn json() -> impl Strategy<Value = String> {
    let text =
        || "([a-z/~0é€😀]|\\\\[\"\\\\/bfnrt]|\\\\u00[0-9a-f]{2}|\\\\ud83d\\\\ude00|\\\\ud8[0-9a-f]{2}){0,5}";
    let space = || prop::sample::select(vec!["", " ", "\n", "\r\n", "\t ", "\n\n  "]);
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
        "-?(0|[1-9][0-9]{0,3})(\\.[0-9]{1,3})?([eE][+-]?[0-9])?",
        "[1-9][0-9]{15,20}",
        text().prop_map(|text| format!("\"{text}\"")),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..6), space(), space())
                .prop_map(|(items, a, b)| format!("[{a}{}{b}]", items.join(&format!("{b},{a}")))),
            (prop::collection::vec((text(), inner), 0..6), space(), space()).prop_map(|(members, a, b)| {
                let members: Vec<String> =
                    members.into_iter().map(|(key, value)| format!("\"{key}\"{b}:{a}{value}")).collect();
                format!("{{{a}{}{b}}}", members.join(&format!("{a},{b}")))
            }),
        ]
    })
}

/// The pointers of a value and of all values inside it, in the order of the text.
fn walk<'v>(value: &'v Value, pointer: &str, out: &mut Vec<(String, &'v Value)>) {
    out.push((pointer.to_owned(), value));
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, item)| walk(item, &format!("{pointer}/{n}"), out));
        }
        Value::Object(members) => {
            for (key, item) in members {
                walk(item, &format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), out);
            }
        }
        _ => {}
    }
}

/// Compares the location of an issue with the text.
fn check_location(text: &str, issue: &Issue) -> Result<(), TestCaseError> {
    let (start, end) = (issue.byte_span.start, issue.byte_span.end);
    prop_assert!(text.is_char_boundary(start) && text.is_char_boundary(end) && start <= end);
    let before = &text[..start];
    prop_assert_eq!(issue.span.start, before.encode_utf16().count());
    prop_assert_eq!(issue.span.end, text[..end].encode_utf16().count());
    prop_assert_eq!(issue.span.line, before.matches('\n').count() + 1);
    let line = before.rsplit('\n').next().unwrap_or_default();
    prop_assert_eq!(issue.span.column, line.encode_utf16().count() + 1);
    let mut pointer = String::new();
    for step in &issue.path {
        match step {
            PathSegment::Key(key) => write!(pointer, "/{}", key.replace('~', "~0").replace('/', "~1")),
            PathSegment::Index(index) => write!(pointer, "/{index}"),
        }
        .expect("a string");
    }
    prop_assert_eq!(&pointer, &issue.pointer);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn every_value_is_found_at_the_pointer_of_an_independent_walk(text in json()) {
        let issues = everywhere().check(text.as_bytes());
        // serde_json rejects lone surrogates, for which the parser only warns, and keeps one of two duplicate keys.
        let differs_by_design = issues.iter().any(|issue| matches!(issue.code, Code::JSON_LONE_SURROGATE | Code::JSON_DUPLICATE_KEY));
        if !differs_by_design {
            let theirs: Value = serde_json::from_str(&text).expect("JSON");
            let mut values = Vec::new();
            walk(&theirs, "", &mut values);
            let ours: Vec<&Issue> = issues.iter().filter(|issue| issue.code == Code::CONST).collect();
            prop_assert_eq!(ours.len(), values.len());
            let document = Document::parse(text.as_bytes()).expect("JSON");
            for (issue, (pointer, value)) in ours.iter().zip(values) {
                prop_assert_eq!(&issue.pointer, &pointer);
                let raw = &text[issue.byte_span.start..issue.byte_span.end];
                prop_assert_eq!(&serde_json::from_str::<Value>(raw).expect(raw), value);
                let found = document.root().pointer(&pointer).expect(&pointer);
                prop_assert_eq!(found.span(), issue.byte_span);
            }
        }
    }

    #[test]
    fn offsets_lines_and_columns_are_those_of_a_slow_count(text in json()) {
        let mut last = 0;
        for issue in everywhere().check(text.as_bytes()) {
            check_location(&text, &issue)?;
            prop_assert!(last <= issue.byte_span.start);
            last = issue.byte_span.start;
        }
    }

    /// The same for syntax errors.
    #[test]
    fn syntax_errors_are_located_as_by_a_slow_count(text in json(), cut in any::<prop::sample::Index>(), junk in "[\\]}{\\[,:x\"'é😀]{0,2}") {
        let mut at = cut.index(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let text = format!("{}{junk}{}", &text[..at], &text[at..]);
        if let Err(issue) = Document::parse(text.as_bytes()) {
            check_location(&text, &issue)?;
        }
    }

    #[test]
    fn no_bytes_make_parsing_validating_or_locating_panic(bytes in prop::collection::vec(any::<u8>(), 0..80), start in 0..3usize) {
        let start = [&b""[..], b"{\"a\":[", b"[\"\\ud8"][start];
        let bytes = [start, &bytes].concat();
        for issue in everywhere().check(&bytes) {
            prop_assert!(issue.byte_span.start <= issue.byte_span.end && issue.byte_span.end <= bytes.len());
            prop_assert!(issue.span.line >= 1 && issue.span.column >= 1 && issue.span.start <= issue.span.end);
        }
    }
}

/// The diagnostics of the parser: code, pointer and the text of the span.
fn diagnostics(text: &str) -> Vec<(Code, String, String)> {
    let schema = Schema::compile(b"true", &CompileOptions::default()).expect("a schema");
    let issues = schema.check(text.as_bytes());
    let mark = |issue: &Issue| text[issue.byte_span.start..issue.byte_span.end].to_owned();
    issues.iter().map(|issue| (issue.code, issue.pointer.clone(), mark(issue))).collect()
}

#[test]
fn a_duplicate_key_is_located_at_its_second_occurrence() {
    let twice = |pointer: &str, text: &str| (Code::JSON_DUPLICATE_KEY, pointer.to_owned(), text.to_owned());
    for (text, found) in [
        (r#"{"a":1,"b":2}"#, vec![]),
        (r#"{"a":{"a":1},"b":{"a":2}}"#, vec![]),
        (r#"{"":1,"a":2}"#, vec![]),
        (r#"{"a":1,"A":2}"#, vec![]),
        (r#"{"a":1,"a":2}"#, vec![twice("/a", "\"a\"")]),
        (r#"{"":1,"":2}"#, vec![twice("/", "\"\"")]),
        (r#"{"a":1,"a":2,"a":3}"#, vec![twice("/a", "\"a\""), twice("/a", "\"a\"")]),
        (r#"{"a":1,"\u0061":2}"#, vec![twice("/a", r#""\u0061""#)]),
        (r#"{"\u0061":1,"a":2}"#, vec![twice("/a", "\"a\"")]),
        (r#"{"é":1,"\u00E9":2}"#, vec![twice("/é", r#""\u00E9""#)]),
        (r#"{"😀":1,"\ud83d\ude00":2}"#, vec![twice("/😀", r#""\ud83d\ude00""#)]),
        (r#"{"x":[{"k":1,"k":{"k":1}}]}"#, vec![twice("/x/0/k", "\"k\"")]),
        (r#"{"/":1,"\/":2}"#, vec![twice("/~1", r#""\/""#)]),
    ] {
        assert_eq!(diagnostics(text), found, "{text}");
    }
    let many: Vec<String> = (0..200).map(|n| format!("\"key-number-{n}\":0")).collect();
    assert_eq!(diagnostics(&format!("{{{}}}", many.join(","))), []);
    let again = format!("{{{},\"key-number-7\":1}}", many.join(","));
    assert_eq!(diagnostics(&again), [twice("/key-number-7", "\"key-number-7\"")]);
}

#[test]
fn a_lone_surrogate_is_reported_once_for_each_string_key_or_value() {
    let lone = |pointer: &str, text: &str| (Code::JSON_LONE_SURROGATE, pointer.to_owned(), text.to_owned());
    for (text, found) in [
        (r#"["\ud83d\ude00"]"#, vec![]),
        (r#"["\ud83d"]"#, vec![lone("/0", r#""\ud83d""#)]),
        (r#"[0,"\ude00\ud83d"]"#, vec![lone("/1", r#""\ude00\ud83d""#)]),
        (r#"["\ud83d\ud83d\ude00\ude00 \udfff"]"#, vec![lone("/0", r#""\ud83d\ud83d\ude00\ude00 \udfff""#)]),
        (r#"{"a":{"b":"\udc00"}}"#, vec![lone("/a/b", r#""\udc00""#)]),
        (r#"{"a":{"\udc00":"b"}}"#, vec![lone("/a/\u{fffd}", r#""\udc00""#)]),
        (r#"{"\udc00":"\udc01"}"#, vec![lone("/\u{fffd}", r#""\udc00""#), lone("/\u{fffd}", r#""\udc01""#)]),
        (
            r#"{"\udc00":1,"\udc01":2}"#,
            vec![lone("/\u{fffd}", r#""\udc00""#), lone("/\u{fffd}", r#""\udc01""#)],
        ),
        (r#"["\ud83d\u0041"]"#, vec![lone("/0", r#""\ud83d\u0041""#)]),
        (r#"["\ud83d\\ude00"]"#, vec![lone("/0", r#""\ud83d\\ude00""#)]),
    ] {
        assert_eq!(diagnostics(text), found, "{text}");
    }
    let same = diagnostics(r#"{"\udc00":1,"\uDC00":2}"#);
    assert!(
        same.contains(&(Code::JSON_DUPLICATE_KEY, "/\u{fffd}".to_owned(), r#""\uDC00""#.to_owned())),
        "{same:?}"
    );
}

#[test]
fn diagnostics_have_a_message_and_a_hint() {
    let schema = Schema::compile(b"true", &CompileOptions::default()).expect("a schema");
    for (text, code, severity, message, hint) in [
        (
            r#"{"a":1,"a":2}"#,
            Code::JSON_DUPLICATE_KEY,
            Severity::Error,
            "Duplicate key. JSON parsers disagree on which value wins, so the text is ambiguous.",
            Some("Send each key once."),
        ),
        (
            r#"["\ud800"]"#,
            Code::JSON_LONE_SURROGATE,
            Severity::Warning,
            "Escape of half a surrogate pair, which UTF-8 cannot represent. JSON parsers reject or replace it.",
            Some("Send both halves. Shorten strings between characters, not inside one."),
        ),
        (
            "[9007199254740993]",
            Code::NUMBER_PRECISION,
            Severity::Warning,
            "JavaScript cannot represent this number exactly. Send it as a string.",
            Some("Or parse the raw body (`delivery.body`) with a library that keeps all digits."),
        ),
    ] {
        let issues = schema.check(text.as_bytes());
        assert_eq!(issues.len(), 1);
        assert_eq!((issues[0].code, issues[0].severity), (code, severity));
        assert_eq!((issues[0].message.as_str(), issues[0].hint.as_deref()), (message, hint));
    }
}

#[test]
fn diagnostics_are_limited_by_kind_and_the_others_are_counted() {
    let numbers = vec!["9007199254740993"; 1500].join(",");
    let strings = vec![r#""\ud800""#; 1200].join(",");
    let keys = vec![r#""a":1"#; 1101].join(",");
    let schema = Schema::compile(b"true", &CompileOptions::default()).expect("a schema");
    let issues = schema.check(format!("[[{numbers}],[{strings}],{{{keys}}}]").as_bytes());
    for (code, listed) in
        [(Code::NUMBER_PRECISION, 100), (Code::JSON_LONE_SURROGATE, 100), (Code::JSON_DUPLICATE_KEY, 100)]
    {
        assert_eq!(issues.iter().filter(|issue| issue.code == code).count(), listed, "{code}");
    }
    let mut said: Vec<&str> = Vec::new();
    for issue in issues.iter().filter(|issue| issue.code == Code::ISSUES_TRUNCATED) {
        assert_eq!(issue.severity, Severity::Info);
        said.push(&issue.message);
    }
    said.sort_unstable();
    assert_eq!(
        said,
        [
            "Too many issues: 2250 duplicate keys, lone surrogates or imprecise numbers are not listed.",
            "Too many numbers with many digits or a large exponent: 1250 were not checked for precision."
        ]
    );
}

/// A check takes a microsecond, and a sender decides how many there are.
#[test]
fn precision_checks_are_limited_and_the_others_are_counted() {
    let schema = Schema::compile(b"true", &CompileOptions::default()).expect("a schema");
    let codes = |held: usize| {
        let held = vec!["1e308"; held].join(",");
        let issues = schema.check(format!("[{held},9007199254740993]").as_bytes());
        issues.into_iter().map(|issue| (issue.code, issue.message)).collect::<Vec<_>>()
    };
    let found = codes(249);
    assert_eq!(found.iter().map(|issue| issue.0).collect::<Vec<_>>(), [Code::NUMBER_PRECISION]);
    let not_found = codes(2250);
    assert_eq!(
        not_found,
        [(
            Code::ISSUES_TRUNCATED,
            "Too many numbers with many digits or a large exponent: 2001 were not checked for precision."
                .to_owned()
        )]
    );
    // A number of up to fifteen digits needs no check.
    let plain = vec!["0.123456789012345"; 20_000].join(",");
    assert_eq!(schema.check(format!("[{plain},9007199254740993]").as_bytes()).len(), 1);
}

#[test]
fn numbers_are_reported_exactly_if_javascript_changes_them() {
    let file: Value = serde_json::from_str(include_str!("vectors/numbers.json")).expect("vectors");
    for (list, expected) in [("exact", None), ("lossy", Some(Code::NUMBER_PRECISION))] {
        for number in file[list].as_array().expect("a list") {
            let text = number.as_str().expect("a string");
            let found: Vec<Code> = diagnostics(text).into_iter().map(|(code, ..)| code).collect();
            assert_eq!(found, expected.as_slice(), "{text}");
        }
    }
}

proptest! {
    /// JavaScript and Rust convert to the same double: both round to the nearest, ties to even.
    #[test]
    fn numbers_are_reported_exactly_if_formatting_them_gives_another(digits in "[1-9][0-9]{0,24}", point in 0..26usize, exponent in -30..30i32, negative in any::<bool>()) {
        let point = point.min(digits.len());
        let (whole, fraction) = digits.split_at(point);
        let whole = if whole.is_empty() { "0" } else { whole };
        let sign = if negative { "-" } else { "" };
        let fraction = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
        let text = format!("{sign}{whole}{fraction}e{exponent}");
        let double: f64 = text.parse().expect("a number");
        let same = |other: &str| {
            let (a, b) = (Document::parse(text.as_bytes()).expect("JSON"), Document::parse(other.as_bytes()).expect("JSON"));
            hookseal::json::values_equal(a.root(), b.root())
        };
        // The shortest digits of the double, or all digits of an integer. Of two shortest texts that are equally near, JavaScript
        // writes the even one, as Rust does for a number of digits.
        let shortest = format!("{double:e}");
        let digits = shortest.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).count();
        let even = format!("{double:.*e}", digits - 1);
        let written = if even.parse() == Ok(double) { even } else { shortest };
        let held = same(&written) || (double.abs() < 1e38 && double.fract() == 0.0 && same(&format!("{double:.0}")));
        let found = diagnostics(&text);
        prop_assert_eq!(found.is_empty(), held, "{} {:?}", text, found);
    }
}
