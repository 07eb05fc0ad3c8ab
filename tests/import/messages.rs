//! Messages of the import: expected and actual input, a hint, and no value of the delivery.

use std::collections::BTreeSet;

use hookseal::delivery::{ImportFormat, Importer, import};
use hookseal::{Issue, Severity};

/// A value of the delivery, which no message may repeat.
const VALUE: &str = "Secret7";

/// The words that the project avoids.
const AVOIDED: &str = include_str!("../../xtask/words.txt");

/// More words that messages avoid: words without a subject.
const VAGUE: [&str; 14] = [
    "it",
    "they",
    "this",
    "fit",
    "fits",
    "give",
    "said",
    "says",
    "somewhere",
    "nothing",
    "no part",
    "left out",
    "is no ",
    "look whether",
];

const IMPERATIVES: [&str; 18] = [
    "Add", "Capture", "Copy", "Correct", "Export", "Follow", "Get", "Import", "Insert", "Pass", "Print",
    "Put", "Raise", "Record", "Remove", "Save", "Split", "Start",
];

/// Captures that have at least one issue each, and in which every value is `VALUE`.
#[allow(clippy::too_many_lines, reason = "a list")]
fn captures() -> Vec<(Option<ImportFormat>, String)> {
    let request = |rest: &str| format!("POST /Secret7 HTTP/1.1\r\n{rest}");
    let record = |members: &str| format!("{{\"headers\":{{\"Secret7\":\"Secret7\"}},{members}}}");
    let collection = |body: &str| {
        format!(
            "{{\"item\":[{{\"request\":{{\"method\":\"PUT\",\"url\":\"h\",\"header\":[{{\"key\":\"A\",\"value\":\"b\"}}],\"body\":{body}}}}}]}}"
        )
    };
    let archive = |entry: &str| format!("{{\"log\":{{\"entries\":[{entry}]}}}}");
    let detected = [
        String::new(),
        format!("{VALUE} {VALUE}"),
        format!("HTTP/1.1 200 {VALUE}\r\nA: {VALUE}\r\n\r\n{VALUE}"),
        format!("A: {VALUE}"),
        format!("A: {VALUE}\n\n{VALUE}"),
        request(""),
        request("Secret7: Secret7"),
        request("Secret7: Secret7 {\"Secret7\":\"Secret7\"}"),
        request("Content-Length: 4\r\n\r\nSecret7"),
        request("Content-Length: 5\r\n\r\n{\"a\"}\n"),
        request("Content-Length: 99\r\n\r\nSecret7"),
        request("Transfer-Encoding: chunked\r\n\r\nSecret7"),
        request("Transfer-Encoding: chunked\r\n\r\n7\r\nSecret7\r\n0\r\n\r\nSecret7"),
        format!("{VALUE}\n{}", request("\r\n")),
        "curl Secret7 -d @Secret7".to_owned(),
        "curl Secret7 -d @-".to_owned(),
        "curl Secret7 -T Secret7".to_owned(),
        "curl Secret7 -F Secret7=Secret7".to_owned(),
        "curl Secret7 -d $Secret7".to_owned(),
        "curl Secret7 -d 'Secret7".to_owned(),
        "curl Secret7 -d \"Secret7".to_owned(),
        "curl Secret7 -d $'Secret7".to_owned(),
        "curl Secret7 -d".to_owned(),
        "curl -d Secret7".to_owned(),
        "curl ^\"Secret7".to_owned(),
        "curl ^\"Secret7^\"".to_owned(),
        "curl Secret7 --Secret7".to_owned(),
        "curl Secret7 -H Secret7".to_owned(),
        "curl Secret7 -H @Secret7".to_owned(),
        "curl Secret7 Secret7".to_owned(),
        "curl Secret7 --next Secret7".to_owned(),
        record("\"body\":{\"Secret7\":\"Secret7\"}"),
        record("\"body\":\"Secret7\u{fffd}\""),
        record("\"bodyBase64\":\"Secret7?\""),
        "{\"headers\":{\"Secret 7\":\"Secret7\"},\"body\":\"\"}".to_owned(),
        archive(""),
        archive("\"Secret7\""),
        archive("{\"request\":{\"postData\":{\"params\":[{\"name\":\"Secret7\"}]}}}"),
        archive("{\"request\":{\"bodySize\":9,\"postData\":{\"text\":\"Secret7\"}}}"),
        format!("curl h{}", " --Secret7".repeat(200)),
        "{ 'x-secret7': 'Secret7' }".to_owned(),
        "{ 'x-a': 'b' }\n'Secret7'".to_owned(),
        "Array\n(\n [HTTP_SECRET7] => Secret7\n)\nSecret7".to_owned(),
        "{Secret7=Secret7}".to_owned(),
        "Request URL: Secret7\nSecret7: Secret7".to_owned(),
        "fetch('Secret7', { headers: { 'Secret 7': 'Secret7' }, body: { Secret7: 'Secret7' } })".to_owned(),
        "Hi Secret7\n\nPOST /Secret7 HTTP/1.1\n\n{}\n\nSecret7\n\ncurl Secret7/ -K Secret7\nSecret7"
            .to_owned(),
        "web-1  | curl Secret7 -d @Secret7".to_owned(),
        "> curl Secret7 \\\n> -d @Secret7".to_owned(),
        "> POST / HTTP/1.1\n>\nSecret7\n* Secret7".to_owned(),
        "Secret7\n```\ncurl Secret7/ -d Secret7\n```".to_owned(),
        "```\ncurl Secret7/ -d Secret7\n```".to_owned(),
        "{\u{1b}[1m'x-secret7': 'Secret7' }\nSecret7".to_owned(),
        "{“x-secret7”: “Secret7”}\nSecret7".to_owned(),
        "{ 'x-secret7': 'Secret7' }\n{ Secret7: 'Secret7' }".to_owned(),
        "{ 'x-secret7': 'Secret7' }\nb'Secret7'".to_owned(),
        "{ 'x-secret7': 'Secret7' }\n{ Secret7: [Array] }".to_owned(),
        "{\"Secret7\":1}\n{\"x-secret7\":\"Secret7\"}".to_owned(),
        "Host: Secret7\nSecret7 Secret7\nX-Signature: Secret7Secret7Secret7\nSecret7\n\nSecret7".to_owned(),
        "{\"headers\":{\"x-signature\":\"Secret7...\"},\"body\":\"Secret7...\",\"rawBody\":\"Secret7\"}"
            .to_owned(),
        "POST / HTTP/1.1\nX-Signature: Secret7...\n\n{Secret7...".to_owned(),
        "{\"level\":1,\"pid\":1,\"hostname\":\"Secret7\"}\n{}".to_owned(),
        "Secret7 \"POST /Secret7 HTTP/1.1\" 200".to_owned(),
        "{ headers: { 'Secret 7': 'Secret7' }, bodyBase64: 'Secret7?' }".to_owned(),
        "irm https://h/ -Headers @{ 'Secret 7' = 'Secret7'; A = $Secret7 } -Body $Secret7 -Form $Secret7"
            .to_owned(),
        "irm https://h/ -InFile Secret7\nirm Secret7".to_owned(),
        "irm -Method Secret7".to_owned(),
        "irm Secret7 -Headers @{ Secret7 Secret7 }".to_owned(),
        "irm 'Secret7".to_owned(),
        "$Secret7 = 'Secret7'\n# Invoke-WebRequest".to_owned(),
        "http h/ Secret7=Secret7 Secret7@Secret7 Secret7:={Secret7 Secret7 a[b]=Secret7".to_owned(),
        "http --multipart Secret7.h/ < Secret7".to_owned(),
        "http -v GET".to_owned(),
        "wget --post-file=Secret7 https://Secret7/".to_owned(),
        "curl h -d @- <<Secret7\n$Secret7".to_owned(),
        collection("{\"mode\":\"raw\",\"raw\":\"{{Secret7}}\"}"),
        collection("{\"mode\":\"urlencoded\",\"urlencoded\":[{\"key\":\"Secret7\",\"value\":\"Secret7\"}]}"),
        collection("{\"mode\":\"file\",\"file\":{\"src\":\"Secret7\"}}"),
        "{\"headers\":{},\"body\":{\n\"Secret7\":1}}".to_owned(),
        "POST https://h/\nSecret7\n\n< Secret7".to_owned(),
        "POST https://h/\nA: {{Secret7}}\n\nSecret7".to_owned(),
        "meta {\n}\nput {\n  body: multipartForm\n  url: {{Secret7}}\n}\nbody:multipart-form {\n}\n"
            .to_owned(),
        "<items><item><request base64=\"true\">?</request></item></items>".to_owned(),
        request("Content-Length: 13\r\n\r\n{\n  \"Secret7\": 1\n}"),
        request("Content-Length: 9\r\n\r\n{\n  \"Secret7\": 1\n}"),
        "PK\u{3}\u{4}".to_owned(),
        "type: collection.insomnia.rest/5.0".to_owned(),
        "a,method,b".to_owned(),
        "{\"eventType\":1,\"payload\":2,\"channels\":3,\"timestamp\":\"Secret7\"}".to_owned(),
        "[{\"guid\":1,\"delivered_at\":2,\"redelivery\":3,\"status_code\":4}]".to_owned(),
        "{\"msgId\":1,\"endpointId\":2,\"responseStatusCode\":3}".to_owned(),
        "{\"_postman_variable_scope\":1,\"values\":2}".to_owned(),
    ];
    let named = [
        (ImportFormat::Curl, VALUE.to_owned()),
        (ImportFormat::Har, format!("\"{VALUE}\"")),
        (ImportFormat::Record, format!("[\"{VALUE}\"]")),
    ];
    let detected = detected.into_iter().map(|text| (None, text));
    detected.chain(named.into_iter().map(|(format, text)| (Some(format), text))).collect()
}

/// Issues of captures in chunks: those that only an `Importer` reports.
fn streamed_issues() -> Vec<Issue> {
    let long = VALUE.repeat(9);
    let mut issues = Vec::new();
    for (format, text) in [
        (None, format!("[\"{long}\"]")),
        (Some(ImportFormat::Ndjson), format!("{{\"{long}\":1}}\n")),
        (Some(ImportFormat::Har), format!("{{\"log\":{{\"entries\":[{{\"{long}\":1}}]}}}}")),
        (None, "{\"log\":{\"entries\":[{\"Secret7\":".to_owned()),
        (None, "{\"log\":{\"entries\":[{}}".to_owned()),
        (None, "{\"log\":{\"entries\":[]}}".to_owned()),
    ] {
        let mut importer = Importer::new(format).with_max_bytes(40);
        let before = issues.len();
        for chunk in text.as_bytes().chunks(8) {
            importer.push(chunk);
        }
        importer.finish();
        while let Some(item) = importer.next_item() {
            issues.extend(item.issues);
        }
        assert!(issues.len() > before, "{text}");
    }
    issues
}

fn all_issues() -> Vec<Issue> {
    let mut issues = streamed_issues();
    for (format, text) in captures() {
        let result = import(text.as_bytes(), format);
        assert!(!result.issues.is_empty(), "{text}");
        issues.extend(result.issues);
    }
    issues
}

#[test]
fn the_captures_of_this_file_have_every_code_of_the_import() {
    let codes: BTreeSet<&str> = all_issues().iter().map(|issue| issue.code.as_str()).collect();
    let expected = [
        "base64-invalid",
        "body-length",
        "body-lossy",
        "body-not-included",
        "body-not-raw",
        "curl-syntax",
        "har-invalid",
        "http-recovered",
        "http-syntax",
        "import-format-unknown",
        "input-ignored",
        "input-too-large",
        "issues-truncated",
        "required",
        "shell-expansion",
        "type",
        "variable-unresolved",
    ];
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn messages_state_the_problem_in_the_terms_of_the_project() {
    let lines = AVOIDED.lines().filter(|line| !line.starts_with(['#', '>']));
    let avoided: Vec<&str> = lines
        .filter_map(|line| line.split_once(": "))
        .flat_map(|(words, _)| words.split(' '))
        .map(|word| word.trim_end_matches('*'))
        .collect();
    assert!(avoided.len() > 10);
    for issue in all_issues() {
        let texts = [Some(issue.message.as_str()), issue.hint.as_deref()];
        for text in texts.into_iter().flatten() {
            let padded = format!(" {} ", text.to_lowercase().replace([',', '.', ':', ';'], " "));
            for word in VAGUE.iter().chain(&avoided) {
                assert!(!padded.contains(&format!(" {} ", word.trim())), "{word:?} in {text:?}");
            }
            assert!(text.ends_with('.') && text.starts_with(char::is_uppercase), "{text}");
            assert!(text.len() <= 180 || issue.code.as_str() == "import-format-unknown", "{text}");
        }
    }
}

#[test]
fn errors_and_warnings_have_a_hint() {
    for issue in all_issues().iter().filter(|issue| issue.severity != Severity::Info) {
        let hint = issue.hint.as_deref().unwrap_or_default();
        let verb = hint.split(' ').next().unwrap_or_default();
        assert!(IMPERATIVES.contains(&verb), "{}: {} {hint:?}", issue.code, issue.message);
    }
}

#[test]
fn no_message_repeats_a_value_of_the_delivery() {
    for issue in all_issues() {
        let texts = [&issue.message, issue.hint.as_ref().unwrap_or(&issue.message)];
        assert!(texts.iter().all(|text| !text.contains("ecret")), "{issue:?}");
    }
}
