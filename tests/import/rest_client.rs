//! Files of the REST client of VS Code and of the HTTP client of JetBrains.

use hookseal::Severity::{Error, Warning};
use hookseal::delivery::{ImportFormat, import};

use crate::support::{headers, locations};

/// Method, URL, headers and body of every request.
fn summaries(text: &str) -> Vec<String> {
    let result = import(text.as_bytes(), None);
    assert_eq!(result.format, Some(ImportFormat::Http), "{text}");
    let summary = |delivery: &hookseal::delivery::ImportedDelivery| {
        format!(
            "{} {} [{}] {}",
            delivery.method.as_deref().unwrap_or("-"),
            delivery.url.as_deref().unwrap_or("-"),
            headers(delivery).join(", "),
            String::from_utf8_lossy(&delivery.body)
        )
    };
    result.deliveries.iter().map(summary).collect()
}

#[test]
fn every_request_of_a_file_is_imported_with_its_bytes() {
    let text = "@base = https://h\n# The first one\n\n### ping\n// @no-log\n# @name ping\nPOST https://h/hook\nContent-Type: application/json\n\
                X-Sig: s=1\n\n{ \"a\": 1.0,\n\n  \"b\": \"###\" }\n\n\n###\nPUT /b?x=1\n    &y=2 HTTP/1.1\nHost: h\n\nx\n\n> {% client.log(1) %}\n\
                ### a form\nPOST https://h/c HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\na=1\r\n&b=2\r\n\r\n";
    assert_eq!(
        summaries(&text.replace("&y=2 HTTP/1.1", "&y=2")),
        [
            "POST https://h/hook [Content-Type: application/json, X-Sig: s=1] { \"a\": 1.0,\n\n  \"b\": \"###\" }",
            "PUT https://h/b?x=1&y=2 [Host: h] x",
            "POST https://h/c [Content-Type: application/x-www-form-urlencoded] a=1&b=2",
        ]
    );
    assert_eq!(locations(&import(text.replace("&y=2 HTTP/1.1", "&y=2").as_bytes(), None)), []);
}

#[test]
fn one_request_without_a_version_is_imported() {
    assert_eq!(summaries("POST https://h/hook\nX-Sig: 1\n\n{}\n"), ["POST https://h/hook [X-Sig: 1] {}"]);
    assert_eq!(summaries("POST https://h/hook"), ["POST https://h/hook [] "]);
}

#[test]
fn files_and_variables_are_reported_where_they_are() {
    for (text, issues) in [
        ("POST https://h/\nA: 1\n\n< ./body.json\n", vec![("body-not-included", Error, 4, 1)]),
        ("POST https://h/\nA: 1\n\n<@ body.json\n", vec![("body-not-included", Error, 4, 1)]),
        ("POST https://h/\nA: 1\n\n<xml/>\n", vec![]),
        ("###\nPOST {{base}}/\nA: {{b}}\n\n{}", vec![("variable-unresolved", Warning, 2, 6)]),
        ("POST https://h/\n\n{\"a\": {\"b\": {{c}}}}", vec![("variable-unresolved", Warning, 3, 1)]),
        ("POST https://h/\n\n{\"a\": {\"b\": {}}}", vec![]),
        ("POST https://h/\nno header\n\n{}", vec![("input-ignored", Warning, 2, 1)]),
    ] {
        let result = import(text.as_bytes(), None);
        assert_eq!((locations(&result), result.deliveries.len()), (issues, 1), "{text}");
    }
}

#[test]
fn a_request_with_a_version_and_no_separator_keeps_its_last_line_break() {
    for body in ["{}\n", "# a\n### b\n"] {
        let result = import(format!("POST /hook HTTP/1.1\nHost: h\n\n{body}").as_bytes(), None);
        assert_eq!(result.deliveries[0].body, body.as_bytes());
    }
}
