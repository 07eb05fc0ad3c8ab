//! Bodies that a serializer wrote again: the rules of each serializer, and what is proved of them.

use super::bodies::assert_body;
use super::{base64, check, codes, hex, tag};
use crate::support::{SECRET, options, painchek};
use hookseal::delivery::{Delivery, Headers};
use hookseal::webhook::Webhook;

#[track_caller]
fn proves(sent: &str, received: &str, expected: &[&str]) {
    assert_body(sent.as_bytes(), received.as_bytes(), expected);
}

#[test]
fn escapes_of_special_characters_are_proved_in_every_set_and_letter_case() {
    for (sent, received) in [
        // Gson.
        (r#"{"a":"k\u003dv"}"#, r#"{"a":"k=v"}"#),
        (r#"{"a":"?x\u003d1\u0026y","b":"it\u0027s \u003cb\u003e"}"#, r#"{"a":"?x=1&y","b":"it's <b>"}"#),
        // Go and Rails; Go without HTML escapes, Ruby's script_safe.
        (r#"{"a":"\u003cb\u003e \u0026 'é' \u2028 ="}"#, "{\"a\":\"<b> & 'é' \u{2028} =\"}"),
        (r#"{"a":"\u2028 <b> 'é' \u2029"}"#, "{\"a\":\"\u{2028} <b> 'é' \u{2029}\"}"),
        // Meta.
        (r#"{"a":"me\u0040x.example \u0025 \u003C"}"#, r#"{"a":"me@x.example % <"}"#),
        (r#"{"a":"me\u0040x.example"}"#, r#"{"a":"me@x.example"}"#),
        // Newtonsoft's EscapeHtml, PHP's JSON_HEX_TAG alone, and all four.
        (r#"{"a":"\u003cb\u003e \u0026 \u0027 \u0022 é +"}"#, r#"{"a":"<b> & ' \" é +"}"#),
        (r#"{"a":"\u003Cb\u003E & ' \" é +"}"#, r#"{"a":"<b> & ' \" é +"}"#),
        (r#"{"a":"\u003Cb\u003E \u0026 \u0027 \u0022 é +"}"#, r#"{"a":"<b> & ' \" é +"}"#),
        // PHP's JSON_HEX_TAG and JSON_HEX_AMP without the others.
        (r#"{"a":"\u003Cb\u003E \u0026 'c' \"d\""}"#, r#"{"a":"<b> & 'c' \"d\""}"#),
        // Any other set.
        (r#"{"a":"1\u002b1 & 2*2"}"#, r#"{"a":"1+1 & 2*2"}"#),
        (r#"{"a":"1+1 & 2\u002A2"}"#, r#"{"a":"1+1 & 2*2"}"#),
        (r#"{"a":"a\u002Fb <"}"#, r#"{"a":"a/b <"}"#),
        // One of them was escaped as received.
        (r#"{"a":"\u003cb\u003e \u0026"}"#, r#"{"a":"\u003cb\u003e &"}"#),
    ] {
        proves(sent, received, &["body-html-escaped"]);
    }
}

#[test]
fn escapes_that_were_added_are_no_escapes_that_were_decoded() {
    let unescaped = "body-unicode-unescaped";
    proves(r#"{"a":"x\u2028y","b":"é"}"#, r#"{"a":"x\u2028y","b":"\u00e9"}"#, &[unescaped]);
    proves(r#"{"a":"x\u003cy","b":"é"}"#, r#"{"a":"x\u003cy","b":"\u00e9"}"#, &[unescaped]);
    proves(r#"{"a":"x<y","b":"\u00e9"}"#, r#"{"a":"x\u003cy","b":"\u00e9"}"#, &[unescaped]);
    proves(
        r#"{"a":"x\u2028y \u003c","b":"é"}"#,
        r#"{"a": "x\u2028y <", "b": "\u00e9"}"#,
        &["body-compact", unescaped, "body-html-escaped"],
    );
}

#[test]
fn escapes_outside_ascii_are_proved_in_both_letter_cases() {
    for (sent, received) in [
        (r#"{"a":"\u00E9 \uD83D\uDE00"}"#, r#"{"a":"é 😀"}"#),
        (r#"{"a":"\u001B[31m"}"#, r#"{"a":"\u001b[31m"}"#),
        (r#"{"a":"\u00E9"}"#, r#"{"a":"\u00e9"}"#),
        // Python escapes U+007F, PHP does not.
        (r#"{"a":"\u007f\u00e9"}"#, "{\"a\":\"\u{7f}é\"}"),
        ("{\"a\":\"\u{7f}\\u00e9\"}", "{\"a\":\"\u{7f}é\"}"),
        // JavaScriptEncoder.UnsafeRelaxedJsonEscaping escapes nothing else than supplementary characters.
        (r#"{"a":"é \uD83D\uDE00 <"}"#, r#"{"a":"é 😀 <"}"#),
    ] {
        proves(sent, received, &["body-unicode-escaped"]);
    }
    // Jackson escapes control characters only, in upper case.
    proves(r#"{"a":"\u001Bé"}"#, r#"{"a":"\u001bé"}"#, &["body-unicode-escaped"]);
    proves(
        r#"{"a":"\u001Bé"}"#,
        r#"{"a":"\u001b\u00e9"}"#,
        &["body-unicode-escaped", "body-unicode-unescaped"],
    );
    let dotnet = r#"{"a":"\u00E9 \u003C\u003E\u0026\u0027\u0022\u002B\u0060\u007F = / \n"}"#;
    proves(dotnet, "{\"a\":\"é <>&'\\\"+`\u{7f} = / \\n\"}", &["body-dotnet-escaped"]);
    // PHP's JSON_HEX_*: upper case in ASCII, lower case outside.
    proves(
        r#"{"a":"\u00e9 \u003C\u0026 x\/y"}"#,
        r#"{"a":"é <& x/y"}"#,
        &["body-unicode-escaped", "body-html-escaped", "body-slashes-escaped"],
    );
    proves(
        r#"{"u":"https:\/\/x.example\/a?b=1\u0026c=2"}"#,
        r#"{"u":"https://x.example/a?b=1&c=2"}"#,
        &["body-html-escaped", "body-slashes-escaped"],
    );
}

#[test]
fn pretty_printers_are_proved_with_either_line_break() {
    let compact = r#"{"a":1,"b":[1,{"x":2},[]],"c":{},"d":"e"}"#;
    let jackson =
        "{\n  \"a\" : 1,\n  \"b\" : [ 1, {\n    \"x\" : 2\n  }, [ ] ],\n  \"c\" : { },\n  \"d\" : \"e\"\n}";
    let two = "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    {\n      \"x\": 2\n    },\n    []\n  ],\n  \"c\": {},\n  \"d\": \"e\"\n}";
    let ruby = two.replace("[]", "[\n\n    ]").replace("{}", "{\n  }");
    let perl = two.replace("  ", "   ").replace(": ", " : ");
    for (sent, code) in [
        (jackson, "body-jackson-style"),
        (&jackson.replace('\n', "\r\n"), "body-jackson-style"),
        (&two.replace('\n', "\r\n"), "body-indent-2"),
        (&two.replace("  ", "    "), "body-indent-4"),
        (&two.replace("  ", "    ").replace('\n', "\r\n"), "body-indent-4"),
        (&two.replace("  ", "\t").replace('\n', "\r\n"), "body-indent-tab"),
        (&ruby, "body-ruby-style"),
        // Python 2.
        (&two.replace(",\n", ", \n"), "body-indent-2"),
        (&two.replace("  ", " "), "body-white-space"),
        (&two.replace("  ", "   "), "body-white-space"),
        (&perl, "body-white-space"),
        (&two.replace("  ", "        "), "body-white-space"),
        (&two.replace("  ", ""), "body-white-space"),
        (r#"{"a": 1,"b": [1,{"x": 2},[]],"c": {},"d": "e"}"#, "body-white-space"),
        (r#"{"a":1, "b":[1, {"x":2}, []], "c":{}, "d":"e"}"#, "body-white-space"),
    ] {
        proves(sent, compact, &[code]);
        proves(compact, sent, &["body-compact"]);
        proves(sent, &sent.replace("\"a\"", "\"\\u0061\""), &["body-unicode-unescaped"]);
    }
    proves(
        &jackson.replace('e', "é"),
        &compact.replace('e', "\\u00e9"),
        &["body-jackson-style", "body-unicode-unescaped"],
    );
    proves(&format!("{jackson}\n"), compact, &["body-jackson-style", "body-newline-dropped"]);
}

#[test]
fn white_space_around_a_reformatted_body_has_its_own_cause() {
    proves(r#"{"u":"a\/b"}"#, "{\"u\":\"a/b\"}\n", &["body-slashes-escaped", "body-newline-added"]);
    proves(r#"{"a": 1}"#, "{\"a\":1}\n", &["body-python-style", "body-newline-added"]);
    proves("{\"a\": 1}\n", "{\"a\":1}\n", &["body-python-style"]);
    proves("{\"a\": 1}", " {\"a\":1}\n", &["body-python-style", "body-space-added"]);
    proves("{\"a\": 1}\r\n", "{\"a\":1}", &["body-python-style", "body-crlf-dropped"]);
}

#[test]
fn numbers_that_javascript_does_not_keep_are_proved() {
    for (sent, received) in [
        (r#"{"price":10.50,"count":3}"#, r#"{"price":10.5,"count":3}"#),
        (r#"{"price":10.50,"tax":2.10,"weight":1.25}"#, r#"{"price":10.5,"tax":2.1,"weight":1.25}"#),
        (r#"{"price":7.00,"count":3}"#, r#"{"price":7,"count":3}"#),
        (r#"{"price":7.00,"tax":0.50,"count":3}"#, r#"{"price":7,"tax":0.5,"count":3}"#),
        (r#"{"price":10.5000}"#, r#"{"price":10.5}"#),
        (r#"{"a":1.0,"b":2,"c":3.0,"d":4}"#, r#"{"a":1,"b":2,"c":3,"d":4}"#),
        (r#"{"a":[1.0,2.5],"b":2}"#, r#"{"a":[1,2.5],"b":2}"#),
        // Python, Java, PHP, .NET.
        (r#"{"a":1e-07,"b":7}"#, r#"{"a":1e-7,"b":7}"#),
        (r#"{"a":1e-05,"b":7.0}"#, r#"{"a":0.00001,"b":7}"#),
        (r#"{"a":1.0E-4,"b":1.23456785E7}"#, r#"{"a":0.0001,"b":12345678.5}"#),
        (r#"{"a":1.0E7,"b":1.0E21}"#, r#"{"a":10000000,"b":1e+21}"#),
        (r#"{"a":1.0e-7}"#, r#"{"a":1e-7}"#),
        (r#"{"a":1E-07}"#, r#"{"a":1e-7}"#),
        (r#"{"a":1E+2}"#, r#"{"a":100}"#),
    ] {
        proves(sent, received, &["body-numbers-rewritten"]);
    }
    proves(
        r#"{"a": 7.0, "b": 3, "c": "\u00e9"}"#,
        r#"{"a":7,"b":3,"c":"é"}"#,
        &["body-python-style", "body-unicode-escaped", "body-numbers-rewritten"],
    );
    proves(
        r#"{"a": 1e-07, "b": 3}"#,
        r#"{"a":1e-7,"b":3}"#,
        &["body-python-style", "body-numbers-rewritten"],
    );
}

#[test]
fn integer_keys_that_javascript_moved_are_proved() {
    let moved = "body-keys-moved";
    proves(
        r#"{"name":"x","values":{"total":3,"10":"a","2":"b"}}"#,
        r#"{"name":"x","values":{"2":"b","10":"a","total":3}}"#,
        &[moved],
    );
    proves(r#"{"10":"a","2":"b","name":"x"}"#, r#"{"2":"b","10":"a","name":"x"}"#, &[moved]);
    proves(r#"{"a":1,"7":2,"b":3,"c":4}"#, r#"{"7":2,"a":1,"b":3,"c":4}"#, &[moved]);
    proves(
        r#"{"a": 1, "7": {"c": 2, "3": 3}}"#,
        r#"{"7":{"3":3,"c":2},"a":1}"#,
        &["body-python-style", moved],
    );
}

#[test]
fn keys_that_one_side_sorted_are_proved() {
    let sorted = "body-keys-sorted";
    proves(r#"{"a":1,"b":{"d":1,"c":2}}"#, r#"{"b":{"d":1,"c":2},"a":1}"#, &[sorted]);
    proves(r#"{"B":1,"a":1,"b":{"D":1,"c":2}}"#, r#"{"a":1,"b":{"c":2,"D":1},"B":1}"#, &[sorted]);
    proves(r#"{"a":1,"B":1,"c":1}"#, r#"{"c":1,"B":1,"a":1}"#, &[sorted]);
    proves(r#"{"b":1,"aa":1,"ab":2}"#, r#"{"ab":2,"aa":1,"b":1}"#, &[sorted]);
}

/// Sorts the keys of a value, at every depth.
fn sort_keys(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(members) => {
            let mut keys: Vec<_> = members.keys().collect();
            keys.sort();
            let members =
                keys.iter().map(|key| format!("{}:{}", serde_json::json!(key), sort_keys(&members[*key])));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        serde_json::Value::Array(items) => {
            format!("[{}]", items.iter().map(sort_keys).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

/// Removes the white space between tokens, and keeps the order of the members.
fn compact(text: &str) -> String {
    let (mut out, mut in_string, mut is_escaped) = (String::new(), false, false);
    for character in text.chars() {
        if in_string || !character.is_whitespace() {
            out.push(character);
        }
        in_string = in_string && (is_escaped || character != '"') || !in_string && character == '"';
        is_escaped = in_string && character == '\\' && !is_escaped;
    }
    out
}

/// Name and text of each sample of a provider.
fn samples(provider: &str) -> Vec<(String, String)> {
    let folder = format!("{}/providers/{provider}/samples", env!("CARGO_MANIFEST_DIR"));
    let files = std::fs::read_dir(folder).expect("samples").map(|entry| entry.expect("a file").path());
    files
        .map(|file| (file.display().to_string(), std::fs::read_to_string(&file).expect("a sample")))
        .collect()
}

#[test]
fn keys_sorted_on_the_way_are_proved_in_the_order_of_a_sample() {
    let github = Webhook::built_in("github", options(&[SECRET])).expect("a webhook");
    let of_github = samples("github");
    let all = of_github.iter().map(|sample| (&github, "X-Hub-Signature-256", sample));
    let (hook, of_painchek) = (painchek(&[SECRET]), samples("painchek"));
    let mut count = 0;
    for (hook, header, (name, text)) in
        all.chain(of_painchek.iter().map(|sample| (&hook, super::HEADER, sample)))
    {
        let sent = compact(text);
        let received = sort_keys(&serde_json::from_str(text).expect("JSON"));
        let signature = format!("sha256={}", hex(&tag(SECRET.as_bytes(), sent.as_bytes())));
        let headers = Headers::from_iter([(header, signature.as_str())]);
        let found = check(hook, &Delivery::new(headers, received.as_bytes()));
        assert_eq!(codes(&found.matches), ["body-keys-reordered"], "{name}");
        count += 1;
    }
    assert_eq!(count, 6);
}

#[test]
fn a_body_signed_in_an_encoding_without_its_characters_is_proved() {
    let received = "{\"a\":\"é € 😀\"}";
    for sent in [
        // .NET's Encoding.ASCII; Python's errors="replace" and Java.
        &b"{\"a\":\"? ? ??\"}"[..],
        b"{\"a\":\"? ? ?\"}",
        b"{\"a\":\"\xe9 ? ??\"}",
        b"{\"a\":\"\xe9 ? ?\"}",
        b"{\"a\":\"\xe9 \x80 ??\"}",
    ] {
        assert_body(sent, received.as_bytes(), &["body-question-marks-signed"]);
    }
}

#[test]
fn a_change_that_two_parts_of_a_style_make_is_named() {
    // Both the escapes of everything outside ASCII and those of special characters include the line separators.
    let received = "{\"a\":\"x\u{2028}y\",\"b\":1}";
    let python = "{\"a\": \"x\\u2028y\", \"b\": 1}";
    proves(python, received, &["body-python-style", "body-unicode-escaped"]);
    // A style without escapes, and one that writes control characters in upper case, both decode the letter.
    proves(
        "{\"a\":\"é\u{2014}\"}",
        "{\"a\": \"\\u00e9\\u2014\"}",
        &["body-compact", "body-unicode-unescaped"],
    );
}

#[test]
fn three_changes_are_proved_if_a_serializer_writes_them_together() {
    let php = r#"{"a":"\u00e9<","b":["x\/y",2]}"#;
    for (sent, layout) in [
        ("{\n  \"a\": \"é<\",\n  \"b\": [\n    \"x/y\",\n    2\n  ]\n}", "body-indent-2"),
        ("{\n\t\"a\": \"é<\",\n\t\"b\": [\n\t\t\"x/y\",\n\t\t2\n\t]\n}", "body-indent-tab"),
    ] {
        proves(sent, php, &[layout, "body-unicode-unescaped", "body-slashes-unescaped"]);
    }
    let windows = "{\r\n  \"a\": \"\\u00E9\\u003C\",\r\n  \"b\": [\r\n    \"x/y\",\r\n    2\r\n  ]\r\n}";
    proves(windows, php, &["body-indent-2", "body-dotnet-escaped", "body-slashes-unescaped"]);
}

#[test]
fn json_that_was_serialized_again_and_encoded_is_proved_with_both_changes() {
    let python = r#"{"a": "\u00e9", "b": [1, 2]}"#;
    let again = r#"{"a":"é","b":[1,2]}"#;
    let styles = ["body-python-style", "body-unicode-escaped"];
    proves(python, &base64(again.as_bytes()), &[&["body-base64"][..], &styles].concat());
    proves(python, &format!("\u{feff}{again}"), &[&["body-bom-added"][..], &styles].concat());
}
