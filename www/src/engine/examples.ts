/** The examples of the menu: documented payloads of PainChek and X-on, signed when they are requested. */
import * as samples from "virtual:samples";
import { toText } from "../bytes.ts";
import { painchek } from "./core.ts";
import { keepProvider } from "./detect.ts";
import type { Calls, Example, ExampleEntry } from "./protocol.ts";

/** The signing secret of all examples. */
export const SAMPLE_SECRET = "a made-up secret for this page only";

const sign = (body: string | Uint8Array, algorithm: "sha256" | "sha1" = "sha256") =>
  painchek({ secrets: [SAMPLE_SECRET], algorithms: [algorithm] }).sign(body);

/** A PainChek delivery whose signature covers `body` and whose received body is `received`. */
function signed(
  body: string,
  received: string | Uint8Array = body,
  algorithm: "sha256" | "sha1" = "sha256",
): Example {
  const { headers } = sign(body, algorithm);
  return {
    delivery: {
      headers: [["Host", "receiver.example"], ...Object.entries(headers)],
      text: typeof received === "string" ? received : toText(received),
      url: "https://receiver.example/payload",
      method: "POST",
    },
    provider: "auto",
    secret: SAMPLE_SECRET,
  };
}

export function unsigned(body: string): Example {
  return {
    delivery: {
      headers: [
        ["Host", "receiver.example"],
        ["Content-Type", "application/json"],
      ],
      text: body,
      url: "https://receiver.example/events",
      method: "POST",
    },
    provider: "auto",
    secret: "",
  };
}

/** JSON without whitespace, as `JSON.stringify` formats it. */
export const toCompactJson = (text: string) => JSON.stringify(JSON.parse(text));
/** JSON with a space after each comma and colon, as Python's `json.dumps` formats it. */
const toPythonJson = (text: string) =>
  text
    .trim()
    .replaceAll(
      /("(?:[^"\\]|\\.)*")|\s*([{}[\],:])\s*/g,
      (_, string, mark) => string ?? (mark === "," ? ", " : mark === ":" ? ": " : mark),
    );

const withoutHeader = (example: Example, name: string): Example => ({
  ...example,
  delivery: {
    ...example.delivery,
    headers: example.delivery.headers.filter(([header]) => header !== name),
  },
});

const EXAMPLES: (ExampleEntry & { make(): Example })[] = [
  {
    id: "painchek",
    group: "PainChek",
    title: "Assessment signed with SHA-256",
    isValid: true,
    make: () => signed(samples.painchek),
  },
  {
    id: "painchek-sha1",
    group: "PainChek",
    title: "Assessment signed with SHA-1",
    isValid: true,
    make: () => signed(samples.painchek, samples.painchek, "sha1"),
  },
  {
    id: "painchek-rewritten",
    group: "PainChek",
    title: "Body parsed and re-serialized by a framework",
    isValid: false,
    make: () => signed(toPythonJson(samples.painchek), toCompactJson(samples.painchek)),
  },
  {
    id: "painchek-newline",
    group: "PainChek",
    title: "Secret with a trailing line break",
    isValid: false,
    make: () => ({ ...signed(samples.painchek), secret: `${SAMPLE_SECRET}\n` }),
  },
  {
    id: "painchek-tampered",
    group: "PainChek",
    title: "One digit changed in transit",
    isValid: false,
    make: () => signed(samples.painchek, samples.painchek.replace('"pain_score": 0', '"pain_score": 9')),
  },
  {
    id: "painchek-missing",
    group: "PainChek",
    title: "Missing signature header",
    isValid: false,
    make: () => withoutHeader(signed(samples.painchek), "X-PainChek-WH-Signature"),
  },
  {
    id: "painchek-printed",
    group: "PainChek",
    title: "As printed in the documentation: invalid JSON",
    isValid: false,
    make: () => signed(samples.painchekPrinted),
  },
  {
    id: "painchek-severe",
    group: "PainChek",
    title: "Scores that do not add up",
    isValid: false,
    make: () => signed(samples.severe.replace(/"pain_score":\s*\d+/, '"pain_score": 3')),
  },
  {
    id: "painchek-bytes",
    group: "PainChek",
    title: "Latin-1 encoding: invalid UTF-8",
    isValid: false,
    make: () => {
      const written = samples.painchek.replace('"comment": null', '"comment": "café"');
      const latin = Uint8Array.from(written, (character) => character.charCodeAt(0));
      return signed(written, latin);
    },
  },
  {
    id: "xon",
    group: "X-on",
    title: "File request, first revision",
    isValid: true,
    make: () => unsigned(samples.xon),
  },
  {
    id: "xon-latest",
    group: "X-on",
    title: "File request, latest revision",
    isValid: true,
    make: () => unsigned(samples.xonLatest),
  },
  {
    id: "xon-mistakes",
    group: "X-on",
    title: "Four issues at once",
    isValid: false,
    make: () =>
      unsigned(
        samples.xon
          .replace('"2e0db25d-8b39-40fa-81fc-cab625fa130f"', '"2e0db25d"')
          .replace('"2021-01-15T14:33:30.929534+00:00"', '"2021-02-30T14:33:30"')
          .replace('"size": 2904221', '"size": "2904221"')
          .replace('"removedFileIds": []', '"removedFileIds": null'),
      ),
  },
];

export const examples: ExampleEntry[] = EXAMPLES.map(({ make: _, ...entry }) => entry);

export function makeExample({ id }: Calls["makeExample"]["input"]): Example {
  const example = EXAMPLES.find((entry) => entry.id === id);
  if (example === undefined) throw new Error(`Unknown example "${id}".`);
  const made = example.make();
  // The id of an example begins with that of its provider.
  keepProvider(made.delivery, id.split("-")[0] as string);
  return made;
}
