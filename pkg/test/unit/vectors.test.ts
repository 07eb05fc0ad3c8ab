// The vectors of the Rust tests: the package has to return the same results.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type CompileOptions, compileSchema, type Issue, SchemaError, webhook } from "../../src/index.ts";
import { bytesOf, codes, jsonOf } from "../support/fixtures.ts";

/** The path of a value, from its pointer (RFC 6901). */
function steps(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

describe("the vectors of invalid JSON", () => {
  const { cases } = jsonOf("tests/vectors/json-errors.json");
  const anything = compileSchema(true);

  it("are complete", () => assert.ok(cases.length > 90));

  it("have the expected issue, with location, expected value and hint", () => {
    for (const { text, base64, issue } of cases) {
      const body = text === undefined ? new Uint8Array(Buffer.from(base64, "base64")) : text;
      const found = anything.check(body);
      const { severity, path, stage, ...rest } = found[0] as Issue;
      assert.deepEqual(rest, issue, text);
      assert.equal(stage, "json");
      assert.equal(severity, "error");
      assert.deepEqual(path.map(String), steps(issue.pointer));
      assert.equal(found.length, 1);
    }
  });

  it("have spans that select the same text of the string and of the bytes", () => {
    for (const { text } of cases) {
      // A lone surrogate becomes another text in UTF-8.
      if (text === undefined || !text.isWellFormed()) continue;
      const bytes = new TextEncoder().encode(text);
      for (const { span, byteSpan } of anything.check(bytes)) {
        const cut = new TextDecoder("utf-8", { ignoreBOM: true }).decode(
          bytes.slice(byteSpan.start, byteSpan.end),
        );
        assert.equal(text.slice(span.start, span.end), cut, text);
        const before = text.slice(0, span.start).split("\n");
        assert.equal(span.line, before.length);
        assert.equal(span.column, (before.at(-1) as string).length + 1);
      }
    }
  });
});

describe("the vectors of numbers", () => {
  const { exact, lossy } = jsonOf("tests/vectors/numbers.json");
  const anything = compileSchema(true);

  it("are reported exactly if JavaScript changes the number", () => {
    for (const text of exact) assert.deepEqual(codes(anything.check(text)), [], text);
    for (const text of lossy) assert.deepEqual(codes(anything.check(text)), ["number-precision"], text);
  });

  it("agree with JavaScript's conversion, as generated numbers do", () => {
    /** Significant digits and the power of ten of the last one: the same for equal numbers. */
    const normalize = (number: string) => {
      const [, sign = "", whole = "", fraction = "", exponent = "0"] =
        /^(-?)(\d+)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(number) ?? [];
      const digits = (whole + fraction).replace(/^0+/, "");
      const short = digits.replace(/0+$/, "");
      const power = BigInt(exponent) - BigInt(fraction.length - (digits.length - short.length));
      return short === "" ? "0" : `${sign}${short}e${power}`;
    };
    const isExact = (number: string) => {
      const double = Number(number);
      if (!Number.isFinite(double)) return false;
      const isSmallInteger = Number.isInteger(double) && Math.abs(double) <= 1e38;
      const texts = [String(double), isSmallInteger ? String(BigInt(double)) : String(double)];
      return texts.map(normalize).includes(normalize(number));
    };
    let seed = 1;
    const random = (limit: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      return (seed >> 8) % limit;
    };
    const digits = (count: number) => Array.from({ length: count }, () => random(10)).join("");
    const numbers = Array.from({ length: 4000 }, (_, n) => {
      const double = new Float64Array(
        new Uint32Array([random(2 ** 23) * 512, random(2 ** 23) * 256]).buffer,
      )[0];
      if (n % 4 === 0 && Number.isFinite(double)) return String(double);
      if (n % 4 === 1) return `${1 + random(9)}${digits(random(40))}`;
      if (n % 4 === 2) return `${random(10)}.${digits(1 + random(20))}e${random(640) - 320}`;
      return `-${1 + random(9)}${digits(random(17))}.${digits(1 + random(4))}`;
    });
    for (const number of [...exact, ...lossy, ...numbers]) {
      const expected = isExact(number) ? [] : ["number-precision"];
      assert.deepEqual(codes(anything.check(number)), expected, number);
    }
  });
});

describe("the vectors of signatures", () => {
  const { schemes, cases } = jsonOf("tests/vectors/signature.json");

  it("are complete", () => assert.ok(cases.length > 150));

  for (const how of ["verify", "inspect"] as const) {
    it(`have the expected result of ${how}`, () => {
      for (const one of cases) {
        const { name, scheme, secrets, algorithms, tolerance, headers, body, bodyBase64, url, method, now } =
          one;
        const definition = { id: "vector", envelope: { type: "/type" }, events: {}, ...schemes[scheme] };
        const hook = webhook(definition, { secrets, algorithms, tolerance: tolerance ?? 300 });
        const delivery = {
          headers,
          body: bodyBase64 === undefined ? body : new Uint8Array(Buffer.from(bodyBase64, "base64")),
          url,
          method,
        };
        const { code, status, secret, algorithm } = one.expect;
        if (how === "inspect") {
          const report = hook.inspect(delivery, { now });
          assert.equal(report.signature.status, status, name);
          if (code !== null) assert.ok(codes(report.issues, "error").includes(code), name);
          if (secret !== undefined) assert.equal(report.signature.secret, secret, name);
          if (algorithm !== undefined) assert.equal(report.signature.algorithm, algorithm, name);
          continue;
        }
        const result = hook.check(delivery, { now });
        if (code !== null) {
          assert.equal(result.ok ? "verified" : result.error.code, code, name);
          continue;
        }
        // The bodies are those of the providers' examples, so not all of them are events.
        if (!result.ok) {
          assert.equal(result.error.status, 400, `${name}: ${result.error.code}`);
          continue;
        }
        const { signature } = result.value;
        assert.equal(signature.status, "verified", name);
        if (signature.status !== "verified") continue;
        if (secret !== undefined) assert.equal(signature.secret, secret, name);
        if (algorithm !== undefined) assert.equal(signature.algorithm, algorithm, name);
      }
    });
  }
});

describe("the vectors of schemas", () => {
  const { validated, rejected } = jsonOf("tests/vectors/schema.json");
  /** `placeholders` and profiles belong to built-in contracts. `compileSchema` has no option for them. */
  const ours = ({
    options,
    schema,
  }: {
    options?: CompileOptions & { placeholders?: boolean };
    schema: unknown;
  }) => options?.placeholders !== true && !hasLargeNumber(schema);
  /** A schema as a JavaScript object has lost the digits of such a number before the call. */
  const hasLargeNumber = (value: unknown): boolean =>
    typeof value === "object" && value !== null
      ? Object.values(value).some(hasLargeNumber)
      : typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER && Number.isInteger(value);
  const optionsOf = ({ options }: { options?: CompileOptions }): CompileOptions => ({
    ...(options?.strict === undefined ? {} : { strict: options.strict }),
    ...(options?.dialect === undefined ? {} : { dialect: options.dialect }),
  });

  it("are complete", () => {
    assert.ok(validated.filter(ours).length > 90);
    assert.ok(rejected.length > 70);
  });

  it("have the expected issues, with every message", () => {
    for (const one of validated.filter(ours)) {
      const schema = compileSchema(one.schema, optionsOf(one));
      for (const text of one.valid) assert.deepEqual(schema.check(text), [], `${one.name}: ${text}`);
      for (const { text, issues, profile } of one.invalid) {
        if (profile === "strict") continue;
        const found = schema.check(text).map(({ path, span, byteSpan, stage, ...issue }) => issue);
        assert.deepEqual(found, issues, `${one.name}: ${text}`);
      }
    }
  });

  it("are rejected with keyword and pointer when they are compiled", () => {
    for (const one of rejected) {
      assert.throws(
        () => compileSchema(one.schema, optionsOf(one)),
        (error) => {
          assert.ok(error instanceof SchemaError, one.name);
          const { keyword, pointer, message } = error;
          assert.deepEqual(
            { keyword, pointer, message },
            {
              keyword: one.keyword,
              pointer: one.pointer,
              message: `${one.message} (at ${one.pointer === "" ? "the root" : one.pointer} of the schema)`,
            },
          );
          return true;
        },
      );
    }
  });
});

describe("the bodies of the providers' documentation", () => {
  it("are, for PainChek, valid after the repair and invalid JSON as printed", () => {
    const hook = webhook("painchek", { unsigned: "allow" });
    const repaired = hook.inspect({ headers: {}, body: bytesOf("tests/vectors/seeds/painchek.json") });
    assert.equal(repaired.verdict, "unsigned");
    assert.deepEqual(codes(repaired.issues, "error"), []);
    const printed = hook.inspect({
      headers: {},
      body: bytesOf("tests/vectors/seeds/painchek-as-printed.txt"),
    });
    assert.equal(printed.verdict, "rejected");
    assert.deepEqual(codes(printed.issues), ["json-syntax"]);
    assert.match(printed.issues[0]?.message ?? "", /comma/i);
  });

  it("are, for X-on, of the first revision", () => {
    const hook = webhook("xon", { unsigned: "allow" });
    const { verdict, revision, type } = hook.inspect({
      headers: {},
      body: bytesOf("tests/vectors/seeds/xon.json"),
    });
    assert.deepEqual([verdict, revision, type], ["unsigned", "R0", "file-request.files.update"]);
  });
});
