//! Commands of HTTPie, xh and wget, and the standard input of commands.

use hookseal::Severity::{Error, Warning};
use hookseal::delivery::{ImportFormat, import};

use crate::support::{locations, summary};

#[test]
fn httpie_commands_with_a_text_body_are_exact() {
    let expected =
        r#"POST https://h/hook [X-Sig: s=1, Content-Type: application/json] { "a":1.0, "b":"it's é" }"#;
    for command in [
        r#"http POST https://h/hook X-Sig:s=1 --raw '{ "a":1.0, "b":"it'\''s é" }'"#,
        r#"$ https --verbose --print=HB --raw='{ "a":1.0, "b":"it'"'"'s é" }' h/hook X-Sig:s=1"#,
        r#"xhs -v POST h/hook "X-Sig:s=1" --raw "{ \"a\":1.0, \"b\":\"it's é\" }""#,
        "http --session x \\\n  https://h/hook \\\n  X-Sig:s=1 --raw \"{ \\\"a\\\":1.0, \\\"b\\\":\\\"it's é\\\" }\" > out.json",
    ] {
        assert_eq!(summary(command, ImportFormat::Command), (expected.to_owned(), vec![]), "{command}");
    }
}

#[test]
fn the_standard_input_of_a_command_is_its_body() {
    for (command, format, expected) in [
        ("http h/ <<< '{ }'", ImportFormat::Command, "POST http://h/ [Content-Type: application/json] { }\n"),
        (
            "http :3000/a X-A:1 <<'EOF'\n{ \"a\": \"$b\" }\nEOF\n",
            ImportFormat::Command,
            "POST http://localhost:3000/a [X-A: 1, Content-Type: application/json] { \"a\": \"$b\" }\n",
        ),
        (
            "curl h -d @- <<EOF\n{\n \"a\": \\$b }\nEOF",
            ImportFormat::Curl,
            "POST h [Content-Type: application/x-www-form-urlencoded] { \"a\": $b }",
        ),
        (
            "curl h -H 'A: 1' --data-binary @- <<< '{ }' | jq .",
            ImportFormat::Curl,
            "POST h [A: 1, Content-Type: application/x-www-form-urlencoded] { }\n",
        ),
        ("curl -T - h <<E\n{}\nE\n", ImportFormat::Curl, "PUT h [] {}\n"),
    ] {
        assert_eq!(summary(command, format), (expected.to_owned(), vec![]), "{command}");
    }
    assert_eq!(locations(&import(b"curl h -d @- <<EOF\n{}\n", None)), [("curl-syntax", Error, 1, 16)]);
    assert_eq!(locations(&import(b"curl h -d @- <<E\n$a\nE\n", None)), [("shell-expansion", Warning, 2, 1)]);
    assert_eq!(locations(&import(b"http h/ < body.json", None)), [("body-not-included", Error, 1, 11)]);
}

#[test]
fn fields_of_httpie_become_a_body_that_is_not_called_raw() {
    for (command, expected) in [
        (
            r#"http h/ name=é n:=1.50 list:='["a",{"b":null}]' X-A:1 q==1 'a\:b=c'"#,
            r#"POST http://h/?q=1 [X-A: 1, Content-Type: application/json] {"name": "\u00e9", "n": 1.50, "list": ["a", {"b": null}], "a:b": "c"}"#,
        ),
        (
            r"xh h/ name=é n:=1.50 'list:=[1, 2]'",
            r#"POST http://h/ [Content-Type: application/json] {"name":"é","n":1.50,"list":[1, 2]}"#,
        ),
        (
            "http -f PUT h/ 'a b=c d&é' e=",
            "PUT http://h/ [Content-Type: application/x-www-form-urlencoded; charset=utf-8] a+b=c+d%26%C3%A9&e=",
        ),
    ] {
        assert_eq!(
            summary(command, ImportFormat::Command),
            (expected.to_owned(), vec!["body-not-raw"]),
            "{command}"
        );
    }
    for (command, issues) in [
        ("http h/ a@b.json", &["body-not-included", "body-not-raw"][..]),
        ("http h/ a=@b.txt", &["body-not-included", "body-not-raw"]),
        ("http h/ 'a[b]=1'", &["body-not-included", "body-not-raw"]),
        ("http h/ a:={", &["curl-syntax", "body-not-raw"]),
        ("http h/ nothing", &["input-ignored"]),
        ("http --multipart h/ a=b", &["body-not-included", "body-not-raw"]),
        ("http GET h/", &[]),
    ] {
        assert_eq!(summary(command, ImportFormat::Command).1, issues, "{command}");
    }
}

#[test]
fn wget_commands_are_imported() {
    let expected = "POST https://h/hook [Content-Type: application/json, X-Sig: 1] { \"a\": 1 }";
    for command in [
        "wget --no-check-certificate --quiet \\\n  --method POST \\\n  --timeout=0 \\\n  --header 'Content-Type: application/json' \\\n  \
         --header 'X-Sig: 1' \\\n  --body-data '{ \"a\": 1 }' \\\n   'https://h/hook'",
        "wget -q -O - --header='Content-Type: application/json' --header=\"X-Sig: 1\" --post-data='{ \"a\": 1 }' https://h/hook",
    ] {
        assert_eq!(summary(command, ImportFormat::Command), (expected.to_owned(), vec![]), "{command}");
    }
    assert_eq!(
        summary("wget --post-file=b.json https://h/", ImportFormat::Command),
        ("POST https://h/ [] ".to_owned(), vec!["body-not-included"])
    );
}

#[test]
fn sentences_are_no_commands() {
    for text in ["http is a protocol", "https", "wget", "xh what", "httpx POST https://h/"] {
        let result = import(text.as_bytes(), None);
        assert_eq!(result.deliveries.len(), 0, "{text}");
        assert_eq!(result.issues.len(), 1, "{text}");
    }
}
