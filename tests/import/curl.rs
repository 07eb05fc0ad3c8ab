//! curl commands, as browsers copy them and as typed by hand.

use hookseal::Severity::{Error, Warning};
use hookseal::delivery::{ImportFormat, import};

use crate::support::{headers, import_one, locations, messages};

/// The body of a command with this argument.
fn body(argument: &str) -> Vec<u8> {
    import_one(format!("curl https://h/ --data-raw {argument}"), ImportFormat::Curl).0.body
}

#[test]
fn parses_every_kind_of_quote_as_bash_does() {
    for (argument, bytes) in [
        (r#"'{"a":"it'\''s"}'"#, &br#"{"a":"it's"}"#[..]),
        (r#""{\"a\": \"\\u00e9 \$x \n\"}""#, br#"{"a": "\u00e9 $x \n"}"#),
        (r"$'\x7b\n\t\'\u00e9\U0001F600\101\0\e\q\cx'", "{\n\t'é😀A\0\u{1b}\\q\\cx".as_bytes()),
        (r"$'\xff\xFE\r\n'", b"\xff\xfe\r\n"),
        (r"a\ b\'c", b"a b'c"),
        ("'a'\"b\"$'c'd", b"abcd"),
        ("'line\nline\r\n'", b"line\nline\r\n"),
        ("\"a\\\nb\"", b"ab"),
        ("'a\\\nb'", b"a\\\nb"),
        ("''", b""),
        ("'@not-a-file'", b"@not-a-file"),
    ] {
        assert_eq!(body(argument), bytes, "{argument}");
    }
}

#[test]
fn parses_a_command_copied_from_a_browser_as_its_request() {
    let text = "curl 'https://example.com/hook?x=1' \\\n  -X 'POST' \\\r\n  -H 'accept: */*' \\\n  -H 'content-type: application/json' \\\n  \
                -H $'x-name: caf\\u00e9' \\\n  -b 'session=1' \\\n  --data-raw $'{\\n  \"a\": \\'1\\'\\n}' \\\n  --compressed ;\n";
    let (delivery, result) = import_one(text, ImportFormat::Curl);
    assert_eq!(delivery.body, b"{\n  \"a\": '1'\n}");
    assert_eq!(
        headers(&delivery),
        ["accept: */*", "content-type: application/json", "x-name: café", "Cookie: session=1"]
    );
    assert_eq!(delivery.url.as_deref(), Some("https://example.com/hook?x=1"));
    assert_eq!(delivery.method.as_deref(), Some("POST"));
    assert!(result.issues.is_empty(), "{:?}", result.issues);
}

#[test]
fn parses_options_as_curl_does() {
    for (command, method, url, body, fields) in [
        ("curl h -d a=1 -d b=2", "POST", "h", "a=1&b=2", "Content-Type: application/x-www-form-urlencoded"),
        ("curl -XPUT --url h -da", "PUT", "h", "a", "Content-Type: application/x-www-form-urlencoded"),
        ("curl -sSL -X delete h", "DELETE", "h", "", ""),
        (
            "curl h --json '{\"a\":' --json '1}'",
            "POST",
            "h",
            "{\"a\":1}",
            "Content-Type: application/json, Accept: application/json",
        ),
        (
            "curl h --data-urlencode 'a=b c&d'",
            "POST",
            "h",
            "a=b%20c%26d",
            "Content-Type: application/x-www-form-urlencoded",
        ),
        (
            "curl h --data-urlencode '=ä'",
            "POST",
            "h",
            "%C3%A4",
            "Content-Type: application/x-www-form-urlencoded",
        ),
        ("curl -G h -d a=1", "GET", "h?a=1", "", ""),
        ("curl -I h", "HEAD", "h", "", ""),
        ("curl h", "GET", "h", "", ""),
        ("curl h -H 'Content-Type: a/b' -d x", "POST", "h", "x", "Content-Type: a/b"),
        ("curl h -H 'Content-Type:' -d x", "POST", "h", "x", ""),
        ("curl h -H 'X-Empty;' -A me -e you", "GET", "h", "", "X-Empty: , User-Agent: me, Referer: you"),
        ("curl -u 'a:b' h", "GET", "h", "", "Authorization: Basic YTpi"),
        ("curl -o out -w '%{http_code}' --max-time 5 -kis h -- ", "GET", "h", "", ""),
        (
            "curl --junk-session-cookies --tcp-nodelay --limit-rate 1k --proxy-user a:b --socks5-hostname c --verbose h",
            "GET",
            "h",
            "",
            "",
        ),
        (
            "$ curl h -d x 2>&1 > out.txt | jq .",
            "POST",
            "h",
            "x",
            "Content-Type: application/x-www-form-urlencoded",
        ),
        (
            "# a comment\n\ncurl.exe h -d x # more",
            "POST",
            "h",
            "x",
            "Content-Type: application/x-www-form-urlencoded",
        ),
    ] {
        let (delivery, result) = import_one(command, ImportFormat::Curl);
        let got = (delivery.method.as_deref(), delivery.url.as_deref(), delivery.body.as_slice());
        assert_eq!(got, (Some(method), Some(url), body.as_bytes()), "{command}");
        assert_eq!(headers(&delivery).join(", "), fields, "{command}");
        assert!(result.issues.is_empty(), "{command}: {:?}", result.issues);
    }
}

#[test]
fn a_body_that_is_not_in_the_command_is_reported() {
    let file = "Expected the body in the command, got the name of a file.";
    for (option, message) in [
        ("-d @-", "Expected the body in the command, got a reference to curl's standard input."),
        ("-d @body.json", file),
        ("--data-binary @body.json", file),
        ("--json @body.json", file),
        ("--data-urlencode a@body.json", file),
        ("-T body.json", file),
        ("-F 'a=b'", "Expected the body in the command, got a form that is encoded with a random boundary."),
    ] {
        let (delivery, result) = import_one(format!("curl h -H 'A: b' \\\n {option}"), ImportFormat::Curl);
        assert_eq!(
            (messages(&result), locations(&result)[0].0),
            (vec![message], "body-not-included"),
            "{option}"
        );
        assert_eq!((result.issues[0].severity, result.issues[0].span.line), (Error, 2));
        assert_eq!(
            result.issues[0].hint.as_deref(),
            Some("Pass the bytes of the body separately (CLI: --body FILE).")
        );
        assert!(delivery.body.is_empty() && delivery.headers.get("a") == Some("b"));
    }
}

#[test]
fn reports_shell_expansions() {
    for argument in ["\"$SIG\"", "$(cat x)", "`cat x`", "\"${A}\""] {
        let (delivery, result) = import_one(format!("curl h -d {argument}"), ImportFormat::Curl);
        assert_eq!(locations(&result)[0].0, "shell-expansion", "{argument}");
        assert_eq!(
            result.issues[0].message,
            "Expected plain text, got a shell expansion. The text was kept as written."
        );
        assert!(!delivery.body.is_empty());
    }
    assert!(
        import_one("curl h -d '$HOME' -d '`x`' -d \"\\$a $ 5$\"", ImportFormat::Curl).1.issues.is_empty()
    );
}

#[test]
fn an_invalid_command_is_an_error_with_its_location() {
    for (text, message, column) in [
        ("curl h -d 'abc", "Expected the end of the quote ', got the end of the text.", 11),
        ("curl h -d \"abc", "Expected the end of the quote \", got the end of the text.", 11),
        ("curl h -d $'abc", "Expected the end of the quote $', got the end of the text.", 11),
        ("curl h -d", "Expected a value after the option, got the end of the command.", 8),
        ("curl h --header", "Expected a value after the option, got the end of the command.", 8),
        ("curl -d x", "Expected a URL, got the end of the command.", 10),
        ("curl ^\"https://h/ ^", "Expected the end of the quote \", got the end of the text.", 6),
    ] {
        let result = import(text.as_bytes(), None);
        assert_eq!((result.deliveries.len(), messages(&result)), (0, vec![message]), "{text}");
        assert_eq!(locations(&result), [("curl-syntax", Error, 1, column)]);
    }
    let result = import(b"wget h", Some(ImportFormat::Curl));
    assert_eq!(messages(&result), ["Expected a curl command, got text that does not start with \"curl\"."]);
}

#[test]
fn commands_for_the_windows_command_prompt_are_parsed() {
    let head = "curl ^\"https://h/a?b=1^&c=^%^41^\" ^\r\n  -H ^\"x-a: it's^\" ^\r\n  --data-raw ";
    for (data, body) in [
        (r#"^"^{^\^"a^\^":1^}^""#, r#"{"a":1}"#),
        (r#"^"^{^\^"a^\^":^\^"^\\^\^"^\\n ^^^\^"^}^" --compressed"#, r#"{"a":"\"\n ^"}"#),
        ("^\"a^\n\nb^\"", "a\nb"),
        ("^\"a^\r\n\r\nb^\"", "a\nb"),
        (r#"^"{""a"":1}^""#, r#"{"a":1}"#),
        (r"^\^\a^\ | more", r"\a\"),
        ("^\"^\" > out.txt", ""),
    ] {
        let (delivery, result) = import_one(format!("{head}{data}"), ImportFormat::Curl);
        assert_eq!(String::from_utf8_lossy(&delivery.body), body, "{data}");
        assert_eq!(delivery.headers.get("x-a"), Some("it's"), "{data}");
        assert_eq!(delivery.url.as_deref(), Some("https://h/a?b=1&c=%41"));
        assert_eq!(
            messages(&result),
            ["Parsed the command with the quoting of the Windows command prompt."],
            "{data}"
        );
    }
    let older = r#"curl "https://h/" -H "x-a: b" --data-binary "^{^\^"note^\^":^\^"it's^\^"^}" --compressed"#;
    let (delivery, result) = import_one(older, ImportFormat::Curl);
    assert_eq!(delivery.body, br#"{"note":"it's"}"#);
    assert_eq!(result.issues.len(), 1);
    // A POSIX shell keeps these carets.
    for command in ["curl h -d 'a^\"b^\"'", "curl h -d a^b^ -d \"^\"", "curl h -d \"a^\" \\\n -d 'b^'"] {
        let (delivery, result) = import_one(command, ImportFormat::Curl);
        assert!(delivery.body.contains(&b'^') && result.issues.is_empty(), "{command}");
    }
}

#[test]
fn reports_ignored_parts() {
    for (text, code, message) in [
        ("curl h --frobnicate", "input-ignored", "Unknown curl option. The option was ignored."),
        (
            "curl h -H nothing",
            "curl-syntax",
            "Invalid header: expected a name, a colon and a value. The header was ignored.",
        ),
        (
            "curl h -H @file",
            "curl-syntax",
            "Expected a header, got the name of a file. The headers in the file were ignored.",
        ),
        (
            "curl h other",
            "input-ignored",
            "Expected one URL, got another argument. The argument was ignored.",
        ),
        (
            "curl h --next other",
            "input-ignored",
            "Expected one request, got another one after --next. The other request was ignored.",
        ),
    ] {
        let (_, result) = import_one(text, ImportFormat::Curl);
        assert_eq!(
            (messages(&result), locations(&result)[0].0, locations(&result)[0].1),
            (vec![message], code, Warning),
            "{text}"
        );
    }
}

#[test]
fn options_of_curl_that_change_the_request_are_reported() {
    for option in
        ["-K file", "--config file", "-b jar.txt", "--aws-sigv4 x", "-r 0-5", "--url-query a=b", "-%"]
    {
        let text = format!("curl https://h/ {option} -d x");
        let result = import(text.as_bytes(), None);
        assert_eq!(
            locations(&result).first().map(|issue| (issue.0, issue.1)),
            Some(("input-ignored", Warning)),
            "{option}"
        );
    }
    assert!(import(b"curl -sSfLkvi4 https://h/ -d x", None).issues.is_empty());
}
