//! Tests of matching, of rejected patterns and their messages, and of hostile patterns and texts.

use super::{Pattern, PatternError};

#[track_caller]
fn check(pattern: &str, matching: &[&str], other: &[&str]) {
    let compiled = Pattern::compile(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
    for text in matching {
        assert!(compiled.matches(text), "{pattern} matches {text:?}");
    }
    for text in other {
        assert!(!compiled.matches(text), "{pattern} does not match {text:?}");
    }
}

fn rejection(pattern: &str) -> String {
    match Pattern::compile(pattern) {
        Ok(_) => panic!("{pattern} compiles"),
        Err(PatternError(fault)) => match fault.position {
            Some(at) => format!("{at}: {}", fault.message),
            None => fault.message,
        },
    }
}

#[test]
fn a_pattern_is_searched_for_anywhere_in_the_text() {
    check("b", &["b", "abc"], &["", "B", "ac"]);
    check("a+", &["xxaayy"], &["xxyy"]);
    check("", &["", "x"], &[]);
    check("^ab", &["abc"], &["cab", "a"]);
    check("ab$", &["cab"], &["abc", "ab\n"]);
    check("^v[0-9]+$", &["v2", "v10"], &["v", "v2 ", "xv2", "v2\n"]);
}

#[test]
fn alternatives_and_groups_nest() {
    check("^(?:foo|ba[rz]|(q(u)x)?)$", &["foo", "bar", "baz", "qux", ""], &["fo", "qx", "foobar"]);
    check("^(?<year>\\d{4})-(?<month>0[1-9]|1[0-2])$", &["2024-01", "2024-12"], &["2024-13", "24-01"]);
    check("a||b", &[""], &[]);
}

#[test]
fn repetitions_count() {
    check("^a{2}$", &["aa"], &["a", "aaa"]);
    check("^a{2,}$", &["aa", "aaaaa"], &["a"]);
    check("^(?:ab){1,3}$", &["ab", "ababab"], &["", "abababab", "aba"]);
    check("^(?:a{2,3}b?){2}$", &["aaaa", "aabaaab", "aaaaab"], &["aa", "aabaabaab"]);
    check("^(?:a*)*b$", &["b", "aaab"], &["a", "ab "]);
    check("^a{0}b$", &["b"], &["ab"]);
    check("^(?:^){1000000}a$", &["a"], &["b"]);
    check("^[ab]{0,100000}$", &["", "abba"], &["abc"]);
    check("^a{99999999999}$", &[], &["a"]);
    check("^a+?b??$", &["a", "aab"], &["abb"]);
}

#[test]
fn classes_hold_what_they_list() {
    check("^[a-c\\-x\\]]$", &["b", "-", "x", "]"], &["d", "\\"]);
    check("^[^a-c]$", &["d", "é", "😀", "\n"], &["b", "", "dd"]);
    check("^[-a]$", &["-", "a"], &["b"]);
    check("^[\\d-]$", &["1", "-"], &["a"]);
    check("^[\\b]$", &["\u{8}"], &["b"]);
    check("[]", &[], &["", "a"]);
    check("^[^]$", &["a", "\n", "😀"], &["", "ab"]);
    check("^[😀-😂]$", &["😁"], &["😃"]);
    check("^[^\\W_]$", &["a", "Z", "0"], &["_", "é", " "]);
    check("^[\\ud800-\\u{10ffff}]$", &["😀", "\u{e000}"], &["a"]);
}

#[test]
fn escapes_are_those_of_ecma_262() {
    check("^\\d\\D$", &["0a"], &["00", "\u{7c0}a"]);
    check("^\\w\\W$", &["aé", "_-"], &["é-", "aa"]);
    check("^\\t\\n\\v\\f\\r\\0\\cJ\\cj$", &["\t\n\u{b}\u{c}\r\0\n\n"], &[]);
    check("^\\x41\\u0042\\u{43}\\u{000044}\\ud83d\\ude00\\u{1F600}$", &["ABCD😀😀"], &["ABCD😀"]);
    check("^\\^\\$\\\\\\.\\*\\+\\?\\(\\)\\[\\]\\{\\}\\|\\/$", &["^$\\.*+?()[]{}|/"], &[]);
    check("\\ud83d", &[], &["😀"]);
    for space in
        "\t\n\u{b}\u{c}\r \u{a0}\u{1680}\u{2000}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}"
            .chars()
    {
        check("^\\s$", &[&space.to_string()], &[]);
        check("\\S", &[], &[&space.to_string()]);
    }
    check("^\\S$", &["\u{85}", "\u{200b}", "\u{180e}", "\u{1}"], &[]);
}

#[test]
fn the_dot_is_any_character_but_the_end_of_a_line() {
    check("^.$", &["a", "😀", "\u{85}"], &["", "ab", "\n", "\r", "\u{2028}", "\u{2029}"]);
}

#[test]
fn boundaries_lie_between_word_characters_and_others() {
    check("\\bfoo\\b", &["foo", "a foo.", "éfoo"], &["foot", "_foo"]);
    check("^\\B", &["", " ", "é"], &["a"]);
    check("a\\Bb", &["ab"], &[]);
    check("\\B.\\B", &["abc"], &["a", "ab"]);
}

#[test]
fn lookaheads_work_at_every_position() {
    check("^(?=.*[A-Z])(?=.*\\d).{4,}$", &["aB3d", "3Bcd"], &["ab3d", "aBcd", "aB3"]);
    check("^(?!\\.)[a-z.]+$", &["a.b"], &[".ab"]);
    check("a(?=b)", &["ab"], &["ac", "a"]);
    check("a(?!b)", &["ac", "a", "aba"], &["ab"]);
    check("^(?:(?!ab).)*$", &["aab".strip_suffix('b').unwrap_or_default(), "ba"], &["ab", "cabc"]);
    check("^(?:(?=(?!b)[a-c])\\w){2}$", &["ac", "cc"], &["ab", "ad"]);
    check("^(?!(?!a))", &["ab"], &["ba", ""]);
    check("(?=$)", &["", "a"], &[]);
    check("(?!)", &[], &["", "a"]);
}

#[test]
fn general_categories_are_exact_and_a_few_small_properties_too() {
    check("^\\p{L}+$", &["Hello", "π", "été"], &["123", "a1", "_"]);
    check("^\\p{digit}+$", &["42", "৪২"], &["-%#", "Ⅷ"]);
    check("^\\p{gc=Lu}\\p{General_Category=Lowercase_Letter}$", &["Éa", "Ωω"], &["aÉ"]);
    check("^\\P{L}[^\\p{N}][\\P{N}]$", &["1a😀"], &["aaa", "112"]);
    check("^\\p{ASCII}\\p{AHex}\\p{space}\\p{Any}\\p{Assigned}$", &["~f\u{85}\u{378}a"], &["éf  a", "~g  a"]);
    check("^\\p{LC}$", &["a", "A", "ǅ"], &["ª"]);
}

#[test]
fn hostile_texts_and_patterns_take_linear_time() {
    let text = "a".repeat(20_000) + "!";
    for pattern in [
        "(a+)+$",
        "^(a|a)*b",
        "^(a|aa)+$",
        "(?:a*)*(?:a*)*b",
        "(.*a){12}b",
        "(?=.*b)a",
        "(?!.*!)a",
        "(?:(?=(?:(?=.*b).)*c).)*d",
        "\\b(\\w+\\s?)*$",
    ] {
        check(pattern, &[], &[&text]);
    }
    for pattern in
        ["(?:(?:(?:a{100}){100}){100}){100}", "(?:a?){99999}", "a{10001}b|c", "(?=a{6000})a{6000}|b"]
    {
        let message = "the pattern needs more than 10000 states after its repetitions are expanded";
        assert_eq!(rejection(pattern), message, "{pattern}");
    }
    check(&("(?:".repeat(250) + "a" + &")*".repeat(250) + "$"), &["aaa", ""], &[]);
    check("^(?:(?:(?:){1000}){1000}|(?:[]{0}){4000000000}){4000000000}$", &[""], &["a"]);
}

#[test]
fn a_pattern_outside_the_grammar_is_rejected_with_the_reason() {
    for (pattern, message) in [
        ("a)", "1: unmatched ')'"),
        ("a(b", "1: unclosed group"),
        ("(?=(a)", "0: unclosed group"),
        ("é*+", "2: nothing to repeat before '+'"),
        ("a|?", "2: nothing to repeat before '?'"),
        ("^*", "1: nothing to repeat before '*'"),
        ("(?=a)*", "5: nothing to repeat before '*'"),
        ("a]", "1: unescaped ']', write '\\]'"),
        ("}", "0: unescaped '}', write '\\}'"),
        ("{1}", "0: unescaped '{', write '\\{'"),
        ("\\b{1}", "2: unescaped '{', write '\\{'"),
        ("a{", "1: invalid repetition, expected one such as '{2}', '{2,}' or '{2,4}'"),
        ("a{,5}", "1: invalid repetition, expected one such as '{2}', '{2,}' or '{2,4}'"),
        ("a{2,1}", "1: the maximum of the repetition is below its minimum"),
        (
            "a{99999999999999999999,099999999999999999998}",
            "1: the maximum of the repetition is below its minimum",
        ),
        ("[a", "0: unclosed character class"),
        ("x[a-", "1: unclosed character class"),
        ("[xb-a]", "2: the range ends before it starts"),
        ("[a-\\d]", "1: a set of characters cannot be an end of a range"),
        ("[\\w-z]", "1: a set of characters cannot be an end of a range"),
        ("a\\", "1: incomplete escape"),
        ("\\a", "0: invalid escape '\\a'"),
        ("\\-", "0: invalid escape '\\-'"),
        ("[\\B]", "1: invalid escape '\\B'"),
        ("\\\n", "0: invalid escape '\\\\n'"),
        ("\\00", "0: '\\0' must not be followed by a digit"),
        ("\\c1", "0: '\\c' must be followed by a letter"),
        ("\\x4", "0: '\\x' must be followed by two hexadecimal digits"),
        ("\\u004", "0: '\\u' must be followed by four hexadecimal digits or by '{'"),
        (
            "\\u{110000}",
            "0: '\\u{' must be followed by a code point up to 10FFFF in hexadecimal digits and '}'",
        ),
        ("\\u{}", "0: '\\u{' must be followed by a code point up to 10FFFF in hexadecimal digits and '}'"),
        ("\\p", "0: '\\p' must be followed by a property name in braces, such as '\\p{L}'"),
        ("\\pL", "0: '\\p' must be followed by a property name in braces, such as '\\p{L}'"),
        ("\\p{letter}", "0: unknown Unicode property"),
        ("\\P{Script=Nope}", "0: unknown Unicode property"),
        ("(?#a)", "0: invalid group, expected one such as '(?:', '(?=' or '(?<name>'"),
        ("(?i)a", "0: invalid group, expected one such as '(?:', '(?=' or '(?<name>'"),
        ("(?ii:a)", "0: invalid group, expected one such as '(?:', '(?=' or '(?<name>'"),
        ("(?-:a)", "0: invalid group, expected one such as '(?:', '(?=' or '(?<name>'"),
        ("(?P<a>b)", "0: invalid group, expected one such as '(?:', '(?=' or '(?<name>'"),
        ("(?<1>a)", "3: invalid character in a group name"),
        ("(?<>a)", "3: invalid character in a group name"),
        ("(?<a", "3: unclosed group name"),
        ("(?<a>b)(?<a>c)", "7: duplicate group name"),
        ("(?<a>b|(?<a>c))", "7: duplicate group name"),
        ("(?:(?<a>b)|(?<a>c))(?<a>d)", "19: duplicate group name"),
        ("(a)\\2", "3: backreference to group 2, which does not exist"),
        ("(?<a>b)\\k<c>", "7: backreference to a group that does not exist"),
        ("\\k", "0: '\\k' must be followed by a group name, such as '\\k<name>'"),
    ] {
        assert_eq!(rejection(pattern), message, "{pattern}");
        assert!(!Pattern::is_valid(pattern), "{pattern}");
    }
    let deep = "(".repeat(251) + &")".repeat(251);
    assert_eq!(rejection(&deep), "250: groups are nested deeper than 250");
}

#[test]
fn valid_but_unsupported_patterns_are_rejected_by_name() {
    let backreference = "backreferences are not supported, because linear-time matching excludes them";
    for (pattern, message) in [
        ("(a)\\1", format!("3: {backreference}")),
        ("\\k<a>(?<a>b)", format!("0: {backreference}")),
        ("x(?<=a)b", "1: lookbehinds are not supported".into()),
        ("(?<!a)b", "0: lookbehinds are not supported".into()),
        ("a(?i:b)", "1: groups that change flags are not supported".into()),
        ("(?ms-i:b)", "0: groups that change flags are not supported".into()),
        (
            "[\\p{Script=Latin}]",
            "1: the property 'Script=Latin' is not supported, use a general category such as '\\p{L}'".into(),
        ),
        (
            "\\P{Emoji}",
            "0: the property 'Emoji' is not supported, use a general category such as '\\p{L}'".into(),
        ),
    ] {
        assert_eq!(rejection(pattern), message, "{pattern}");
        assert!(Pattern::is_valid(pattern), "{pattern}");
    }
}

#[test]
fn an_error_has_the_position() {
    let error = Pattern::compile("é*+").expect_err("not a pattern");
    assert_eq!(error.to_string(), "nothing to repeat before '+', at character 3 of the pattern");
    let error = Pattern::compile("(?:ab){9999}").expect_err("too large");
    assert_eq!(
        error.to_string(),
        "the pattern needs more than 10000 states after its repetitions are expanded"
    );
}

#[test]
fn group_names_can_repeat_in_other_alternatives_and_are_any_identifier() {
    for pattern in [
        "(?<a>b)|(?<a>c)",
        "(?:(?<a>b)|(?<b>c)|(?<a>d))(?<c>e)",
        "(?<$_é𝒜0‍>a)",
        "(?<\\u0061\\u{62}\\ud835\\udc9c>a)",
    ] {
        assert!(Pattern::compile(pattern).is_ok(), "{pattern}");
    }
}
