/** Walks real deliveries of PainChek and X-on through the package, and fails if one comes out otherwise than it should. */
import { readFileSync } from "node:fs";
import process from "node:process";
import { compileSchema, HooksealError, painchek, xon } from "hookseal";
import { frame, paint, printReport } from "./print.mjs";
import { story } from "./story.mjs";

const vectors = new URL("../tests/vectors/seeds/", import.meta.url);
const read = (name) => new Uint8Array(readFileSync(new URL(name, vectors)));

// The bodies that the two providers print in their documentation. PainChek's is printed with two commas wrong.
const painchekBody = read("painchek.json");
const painchekAsPrinted = read("painchek-as-printed.txt");
const xonBody = read("xon.json");

const secret = "a secret of this demonstration only";
const receiver = painchek({ secrets: ["the secret before the last rotation", secret] });
const sender = painchek({ secrets: [secret] });
const oldSender = painchek({ secrets: [secret], algorithms: ["sha1"] });
const surgery = xon({ unsigned: "allow" });

const text = new TextDecoder();
const failures = [];
let shown = 0;

/** Shows one delivery, and compares what came out with what should. */
function show(title, hook, delivery, expected) {
  shown += 1;
  console.log(`\n${paint.bold(`${shown}. ${title}`)}`);
  const report = hook.inspect(delivery);
  printReport(report);
  for (const issue of report.issues.filter((one) => one.severity === "error").slice(0, 2)) {
    frame(text.decode(delivery.body), issue);
  }
  const checked = hook.check(delivery);
  if (checked.ok !== (report.verdict !== "rejected")) failures.push(`${title}: check and inspect disagree`);
  expect(
    title,
    {
      verdict: report.verdict,
      ...("status" in expected && { status: checked.ok ? 200 : checked.error.status }),
      ...("code" in expected && { code: checked.ok ? undefined : checked.error.code }),
      ...("errors" in expected && {
        errors: report.issues.filter((issue) => issue.severity === "error").map((issue) => issue.code),
      }),
      ...("algorithm" in expected && { algorithm: report.signature.algorithm }),
      ...("revision" in expected && { revision: report.revision }),
    },
    expected,
  );
  return checked;
}

function expect(title, found, expected) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) failures.push(`${title}: expected ${b}, and got ${a}`);
}

const signed = sender.sign(painchekBody);
const first = show("A PainChek assessment, signed with SHA-256", receiver, signed, {
  verdict: "verified",
  algorithm: "sha256",
});

show("The same, signed with SHA-1 as older subscriptions are", receiver, oldSender.sign(painchekBody), {
  verdict: "verified",
  algorithm: "sha1",
});

show(
  "The same again, at a receiver that accepts only SHA-256",
  painchek({ secrets: [secret], algorithms: ["sha256"] }),
  oldSender.sign(painchekBody),
  { verdict: "rejected", status: 401, code: "algorithm-unsupported" },
);

const unsigned = { headers: { "Content-Type": "application/json; charset=utf-8" }, body: xonBody };
const xonFirst = show("An X-on event, which is not signed", surgery, unsigned, {
  verdict: "unsigned",
  revision: "R0",
});

const tampered = painchekBody.slice();
tampered[text.decode(painchekBody).indexOf('"pain_score": 0') + 14] = "9".charCodeAt(0);
show(
  "A tampered body: one digit of a score was changed on the way",
  receiver,
  { ...signed, body: tampered },
  {
    verdict: "rejected",
    status: 401,
    code: "signature-mismatch",
  },
);

show(
  "A delivery that was signed with another secret",
  receiver,
  painchek({ secrets: ["a guess"] }).sign(painchekBody),
  {
    verdict: "rejected",
    status: 401,
    code: "signature-mismatch",
  },
);

const { "X-PainChek-WH-Signature": _, ...withoutSignature } = signed.headers;
show(
  "A delivery without its signature",
  receiver,
  { headers: withoutSignature, body: painchekBody },
  {
    verdict: "rejected",
    status: 401,
    code: "signature-missing",
  },
);

/** Shows the causes of a signature mismatch. */
function explain(title, hook, delivery, expected) {
  shown += 1;
  console.log(`\n${paint.bold(`${shown}. ${title}`)}`);
  const { matches, observations, tried } = hook.explain(delivery);
  for (const { code, message, fix } of matches) {
    console.log(`   ${paint.green("match")} ${code} ${message}`);
    console.log(`      ${paint.dim(fix.split(". ").slice(0, 2).join(". "))}`);
  }
  for (const { code, message } of observations)
    console.log(`   ${paint.blue("observation")} ${code} ${message}`);
  console.log(`   ${paint.dim(`${tried} combinations computed`)}`);
  expect(
    title,
    [...matches, ...observations].map(({ code }) => code),
    expected,
  );
}

// The body as formatted by Python's json.dumps, and re-serialized by JSON.stringify after a framework's parser.
const asPython = text.decode(painchekBody).replaceAll("{ ", "{").replaceAll(" }", "}");
const writtenAnew = new TextEncoder().encode(JSON.stringify(JSON.parse(asPython)));
explain(
  "Why a signature does not match: a framework parsed and re-serialized the body",
  receiver,
  { ...sender.sign(asPython), body: writtenAnew },
  ["body-python-style", "secret-not-first"],
);
explain(
  "Why a signature does not match: the secret was read with its trailing line break",
  painchek({ secrets: [`${secret}\n`] }),
  signed,
  ["secret-white-space"],
);
explain("A mismatch without a match: the body was tampered with", receiver, { ...signed, body: tampered }, [
  "secrets-several",
  "no-match",
]);

show("The PainChek body as its documentation prints it", receiver, sender.sign(painchekAsPrinted), {
  verdict: "rejected",
  status: 400,
  code: "json-syntax",
});

const mistakes = text
  .decode(xonBody)
  .replace('"2e0db25d-8b39-40fa-81fc-cab625fa130f"', '"2e0db25d"')
  .replace('"2021-01-15T14:33:30.929534+00:00"', '"2021-02-30T14:33:30"')
  .replace('"size": 2904221', '"size": "2904221"')
  .replace('"removedFileIds": []', '"removedFileIds": null');
show(
  "An X-on event with four mistakes at once",
  surgery,
  { headers: {}, body: new TextEncoder().encode(mistakes) },
  {
    verdict: "rejected",
    status: 400,
    code: "envelope-invalid",
    errors: ["format", "format", "type", "type"],
  },
);

function compare(title, hook, one, other, expected) {
  shown += 1;
  console.log(`\n${paint.bold(`${shown}. ${title}`)}`);
  const comparison = hook.compare(one, other);
  const pointers = comparison.changes.map((change) => change.pointer);
  const words = comparison.same
    ? paint.green("the same event, unchanged")
    : comparison.sameEvent
      ? paint.yellow("the same event with another payload")
      : "another event";
  console.log(`   ${words}${pointers.length > 0 ? `, different at ${pointers.join(", ")}` : ""}`);
  expect(title, { same: comparison.same, sameEvent: comparison.sameEvent, pointers }, expected);
}

// PainChek never changes the payload between attempts.
const retry = sender.sign(painchekBody);
compare("A retry: other delivery id, same payload", receiver, signed, retry, {
  same: true,
  sameEvent: true,
  pointers: [],
});
const changedBody = text.decode(painchekBody).replace('"update_stamp": 265901', '"update_stamp": 265902');
const changed = sender.sign(changedBody);
compare("A retry whose payload has changed", receiver, signed, changed, {
  same: false,
  sameEvent: true,
  pointers: ["/data/update_stamp"],
});
const ids = [first, receiver.check(retry), receiver.check(changed)].map((one) => one.ok && one.value.id);
expect("all three attempts have one idempotency key", new Set(ids).size, 1);
const digests = [first, receiver.check(retry), receiver.check(changed)].map(
  (one) => one.ok && one.value.digest,
);
expect(
  "only the changed one has another digest",
  digests[0] === digests[1] && digests[1] !== digests[2],
  true,
);

shown += 1;
console.log(`\n${paint.bold(`${shown}. Mistakes that throw`)}`);
for (const [what, make] of [
  ["painchek({ secrets: [undefined] })", () => painchek({ secrets: [undefined] })],
  ['painchek({ secrets: [""] })', () => painchek({ secrets: [""] })],
  ["xon({})", () => xon({})],
]) {
  try {
    make();
    failures.push(`${what} made a webhook`);
  } catch (error) {
    expect(what, error instanceof HooksealError && error.code, "secret-missing");
    console.log(`   ${paint.red("throws")} ${what}\n          ${paint.dim(error.message)}`);
  }
}

expect(
  "events are what JSON.parse makes",
  first.ok && first.value.event,
  JSON.parse(text.decode(painchekBody)),
);
expect(
  "events are what JSON.parse makes",
  xonFirst.ok && xonFirst.value.event,
  JSON.parse(text.decode(xonBody)),
);
expect("a contract of one's own", compileSchema({ required: ["id"] }).check("{}").length, 1);

const overHttp = await story({ painchek: painchekBody, printed: painchekAsPrinted, xon: xonBody });
failures.push(...overHttp.failures);

if (failures.length > 0) {
  console.error(`\n${paint.red(`${failures.length} outcomes were unexpected:`)}`);
  for (const failure of failures) console.error(`  ${failure}`);
  process.exitCode = 1;
} else {
  console.log(`\n${paint.green(`All ${shown + overHttp.steps} outcomes were as expected.`)}`);
}
