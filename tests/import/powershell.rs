//! Commands of PowerShell, as people write them and as browsers and Postman copy them.

use hookseal::Severity::{Error, Warning};
use hookseal::delivery::{ImportFormat, import};

use crate::support::{self, locations};

/// Method, URL, headers and body of a script.
fn summary(script: &str) -> (String, Vec<&'static str>) {
    support::summary(script, ImportFormat::Command)
}

#[test]
fn commands_keep_the_bytes_of_a_literal_body() {
    let expected =
        "POST https://h/hook [X-Sig: s=1, Content-Type: application/json] { \"a\": 1.0, \"b\": \"it's\" }";
    for script in [
        "Invoke-RestMethod -Uri https://h/hook -Method Post -Headers @{ 'X-Sig' = 's=1' } -ContentType 'application/json' -Body '{ \"a\": 1.0, \"b\": \"it''s\" }'",
        "PS C:\\Users\\me> iwr \"https://h/hook\" -Method:POST `\r\n  -Headers @{\r\n  \"X-Sig\"=\"s=1\"\r\n} `\r\n  -ContentType \"application/json\" -UseBasicParsing `\r\n  -Body \"{ `\"a`\": 1.0, \"\"b\"\": \"\"it's\"\" }\"\r\n",
        // The code of Postman.
        "$headers = New-Object \"System.Collections.Generic.Dictionary[[String],[String]]\"\n$headers.Add(\"X-Sig\", \"s=1\")\n\
         $headers.Add(\"Content-Type\", \"application/json\")\n\n$body = @\"\n{ `\"a`\": 1.0, `\"b`\": `\"it's`\" }\n\"@\n\n\
         $response = Invoke-RestMethod 'https://h/hook' -Method 'POST' -Headers $headers -Body $body\n$response | ConvertTo-Json",
        "$h = @{}\n$h['X-Sig'] = 's=1'; $h[\"Content-Type\"] = \"application/json\"\n$url = 'https://h/hook' # the receiver\n\
         $r = Invoke-WebRequest -Uri $url -Headers $h -Body @'\n{ \"a\": 1.0, \"b\": \"it's\" }\n'@ -Method POST",
        // Copied from Chrome.
        "$session = New-Object Microsoft.PowerShell.Commands.WebRequestSession\n$session.UserAgent = \"Mozilla/5.0 (it`\"s)\"\n\
         $session.Cookies.Add((New-Object System.Net.Cookie(\"a\", \"b\", \"/\", \"h\")))\n\
         Invoke-WebRequest -UseBasicParsing -Uri \"https://h/hook\" `\n-Method \"POST\" `\n-WebSession $session `\n-Headers @{\n\
         \"authority\"=\"h\"\n  \"method\"=\"POST\"\n  \"path\"=\"/hook\"\n  \"scheme\"=\"https\"\n  \"X-Sig\"=\"s=1\"\n} `\n\
         -ContentType \"application/json\" `\n-Body \"{ `\"a`\": 1.0, `\"b`\": `\"it's`\" }\"",
    ] {
        assert_eq!(summary(script), (expected.to_owned(), vec![]), "{script}");
    }
}

#[test]
fn browsers_write_other_characters_as_expressions() {
    let script = "Invoke-WebRequest -Uri \"https://h/\" -Method \"PUT\" -Body ([System.Text.Encoding]::UTF8.GetBytes(\
                  \"{`\"a`\":`\"`$x $([char]233)$([char]55357)$([char]56842)$([char]10)`\"}\"))";
    assert_eq!(summary(script), ("PUT https://h/ [] {\"a\":\"$x é😊\n\"}".to_owned(), vec![]));
}

#[test]
fn what_only_powershell_can_evaluate_is_reported() {
    for (script, issues) in [
        (
            "$b = @{ a = 1 } | ConvertTo-Json\nInvoke-RestMethod https://h/ -Method Post -Body $b",
            &["body-not-included"][..],
        ),
        (
            "Invoke-RestMethod https://h/ -Method Post -Body (Get-Content 'a)b.json' -Raw)",
            &["body-not-included"],
        ),
        ("Invoke-RestMethod https://h/ -Method Post -InFile body.json", &["body-not-included"]),
        ("irm https://h/ -Method Post -Form @{ a = 'b' }", &["body-not-included"]),
        (
            "irm https://h/ -Headers @{ A = \"$token\"; B = ('x' + $y) }",
            &["shell-expansion", "shell-expansion"],
        ),
        ("irm https://h/ -Headers @{ 'A B' = '1' }", &["curl-syntax"]),
        ("irm https://h/ -Headers $unknown", &["shell-expansion"]),
        ("irm https://h/\nirm https://h/2", &["input-ignored"]),
    ] {
        assert_eq!(summary(script).1, issues, "{script}");
    }
    for (script, issue) in [
        ("irm https://h/ -Body 'x", ("curl-syntax", Error, 1, 22)),
        ("irm -Method Post", ("curl-syntax", Error, 1, 1)),
        ("$a = 'Invoke-WebRequest'\n", ("curl-syntax", Error, 1, 1)),
        ("irm https://h/ -Headers @{ A", ("curl-syntax", Error, 1, 29)),
    ] {
        let result = import(script.as_bytes(), None);
        assert_eq!((locations(&result), result.deliveries.len()), (vec![issue], 0), "{script}");
    }
    let script = "irm https://h/ -Body \"$x\"";
    assert_eq!(locations(&import(script.as_bytes(), None)), [("shell-expansion", Warning, 1, 23)]);
}

#[test]
fn long_and_deep_scripts_take_linear_time() {
    for piece in [
        "@{a=",
        "(",
        "$a=$b;",
        "$a.Add('b','c');",
        "@'\n",
        "\"$([char]1)",
        "`",
        "$x=@{};",
        "PS ",
        "@{a=b};",
        "-x ",
    ] {
        let script = format!("irm {}", piece.repeat(20_000));
        let _ = import(script.as_bytes(), Some(ImportFormat::Command));
        let script = format!("$a=@{{}}\n{}\nInvoke-RestMethod", piece.repeat(20_000));
        let _ = import(script.as_bytes(), Some(ImportFormat::Command));
    }
}
