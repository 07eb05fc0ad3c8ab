//! Forms that were parsed and encoded again, or parsed into JSON.

use super::bodies::assert_body;

#[track_caller]
fn proves(sent: &str, received: &str, expected: &[&str]) {
    assert_body(sent.as_bytes(), received.as_bytes(), expected);
}

/// One form, as each library writes it.
const WRITTEN: [(&str, &str); 9] = [
    ("Slack, PHP's http_build_query", "t=x&c=%2Fw&text=a+%2Ab%2A+%7Ec+%27%21%28%29&n%5Bk%5D=%C3%A9&e="),
    ("URLSearchParams, Java, Ruby", "t=x&c=%2Fw&text=a+*b*+%7Ec+%27%21%28%29&n%5Bk%5D=%C3%A9&e="),
    ("Node's querystring", "t=x&c=%2Fw&text=a%20*b*%20~c%20'!()&n%5Bk%5D=%C3%A9&e="),
    ("qs", "t=x&c=%2Fw&text=a%20%2Ab%2A%20~c%20%27%21%28%29&n%5Bk%5D=%C3%A9&e="),
    ("qs with encodeValuesOnly", "t=x&c=%2Fw&text=a%20%2Ab%2A%20~c%20%27%21%28%29&n[k]=%C3%A9&e="),
    ("Python's urlencode, Go", "t=x&c=%2Fw&text=a+%2Ab%2A+~c+%27%21%28%29&n%5Bk%5D=%C3%A9&e="),
    ("Python's quote", "t=x&c=/w&text=a%20%2Ab%2A%20~c%20%27%21%28%29&n%5Bk%5D=%C3%A9&e="),
    (".NET's HttpUtility", "t=x&c=%2fw&text=a+*b*+%7ec+%27!()&n%5bk%5d=%c3%a9&e="),
    ("Rack", "t=x&c=%2Fw&text=a+*b*+%7Ec+%27%21%28%29&n%5Bk%5D=%C3%A9&e"),
];

#[test]
fn a_form_that_was_encoded_again_is_proved_for_every_pair_of_libraries() {
    let mut count = 0;
    for (from, sent) in WRITTEN {
        for (to, received) in WRITTEN {
            if from != to {
                proves(sent, received, &["body-form-reencoded"]);
                count += 1;
            }
        }
    }
    assert_eq!(count, 72);
    // Any set of characters that are encoded or not.
    proves("a=*b%21&u=https://x.example", "a=%2Ab%21&u=https%3A%2F%2Fx.example", &["body-form-reencoded"]);
    // Go sorts the keys that it writes.
    proves("a=1&b=%2A", "b=*&a=1", &["body-form-reencoded", "body-keys-sorted"]);
    proves("a=1&b=2", "b=2&a=1", &["body-keys-sorted"]);
}

#[test]
fn a_form_that_was_parsed_into_json_is_proved() {
    let parsed = &["body-form-parsed"];
    for (name, sent) in WRITTEN {
        // A library that keeps the difference between an empty and a missing value.
        let empty = if sent.ends_with('=') { "\"\"" } else { "null" };
        let flat = format!(r#"{{"t":"x","c":"/w","text":"a *b* ~c '!()","n[k]":"é","e":{empty}}}"#);
        let nested = format!(r#"{{"t":"x","c":"/w","text":"a *b* ~c '!()","n":{{"k":"é"}},"e":{empty}}}"#);
        for received in [flat, nested] {
            assert!(!name.is_empty());
            proves(sent, &received, parsed);
        }
    }
    proves("a=1&a=2&b=x+y", r#"{"a":["1","2"],"b":"x y"}"#, parsed);
    proves("a%5B%5D=1&a%5B%5D=2", r#"{"a":["1","2"]}"#, parsed);
    proves("a%5B0%5D=1&a%5B1%5D=2", "{\n  \"a\": [\n    \"1\",\n    \"2\"\n  ]\n}", parsed);
    let found = assert_body(b"a=%2Ab%2A", b"{\"a\":\"*b*\"}", parsed);
    assert!(found.matches[0].fix.starts_with("Verify the raw form"), "{found:?}");
}

#[test]
fn json_taken_out_of_a_form_is_proved_for_every_encoding() {
    let json = r#"{"type":"block_actions","text":"*hi* there ~ (é)"}"#;
    for form in [
        "payload=%7B%22type%22%3A%22block_actions%22%2C%22text%22%3A%22%2Ahi%2A+there+%7E+%28%C3%A9%29%22%7D",
        "payload=%7B%22type%22%3A%22block_actions%22%2C%22text%22%3A%22*hi*+there+%7E+%28%C3%A9%29%22%7D",
        "payload=%7B%22type%22%3A%22block_actions%22%2C%22text%22%3A%22%2Ahi%2A%20there%20~%20%28%C3%A9%29%22%7D",
        "payload=%7B%22type%22%3A%22block_actions%22%2C%22text%22%3A%22%2Ahi%2A+there+~+%28%C3%A9%29%22%7D",
        "payload=%7b%22type%22%3a%22block_actions%22%2c%22text%22%3a%22*hi*+there+%7e+(%c3%a9)%22%7d",
    ] {
        proves(form, json, &["body-form-extracted"]);
        proves(json, form, &["body-form"]);
    }
}
