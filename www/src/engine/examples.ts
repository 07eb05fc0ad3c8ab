/** The examples of the menu: the payloads that the providers document, signed when they are asked for. */
import * as samples from "virtual:samples";
import { toText } from "../bytes.ts";
import { painchek } from "./core.ts";
import type { Example, ExampleEntry } from "./protocol.ts";

/** Made up, and nobody's. */
export const SECRET = "a made-up secret for this page only";

const sign = (body: string | Uint8Array, algorithm: "sha256" | "sha1" = "sha256") =>
  painchek({ secrets: [SECRET], algorithms: [algorithm] }).sign(body);

/** A PainChek delivery: signed over one body, and received with another. */
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
    secret: SECRET,
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

/** As JSON.stringify writes it, and as Python's json.dumps does. */
export const compact = (text: string) => JSON.stringify(JSON.parse(text));
const python = (text: string) =>
  text
    .trim()
    .replaceAll(
      /("(?:[^"\\]|\\.)*")|\s*([{}[\],:])\s*/g,
      (_, string, mark) => string ?? (mark === "," ? ", " : mark === ":" ? ": " : mark),
    );

const without = (example: Example, name: string): Example => ({
  ...example,
  delivery: { ...example.delivery, headers: example.delivery.headers.filter(([one]) => one !== name) },
});

const list: (ExampleEntry & { make(): Example })[] = [
  {
    id: "painchek",
    group: "PainChek",
    title: "An assessment, signed with SHA-256",
    good: true,
    make: () => signed(samples.painchek),
  },
  {
    id: "painchek-sha1",
    group: "PainChek",
    title: "The same, signed with SHA-1",
    good: true,
    make: () => signed(samples.painchek, samples.painchek, "sha1"),
  },
  {
    id: "painchek-rewritten",
    group: "PainChek",
    title: "A framework parsed the body and wrote it again",
    good: false,
    make: () => signed(python(samples.painchek), compact(samples.painchek)),
  },
  {
    id: "painchek-newline",
    group: "PainChek",
    title: "The secret was copied with a line break",
    good: false,
    make: () => ({ ...signed(samples.painchek), secret: `${SECRET}\n` }),
  },
  {
    id: "painchek-tampered",
    group: "PainChek",
    title: "One digit was changed on the way",
    good: false,
    make: () => signed(samples.painchek, samples.painchek.replace('"pain_score": 0', '"pain_score": 9')),
  },
  {
    id: "painchek-missing",
    group: "PainChek",
    title: "The signature header was lost",
    good: false,
    make: () => without(signed(samples.painchek), "X-PainChek-WH-Signature"),
  },
  {
    id: "painchek-printed",
    group: "PainChek",
    title: "As the documentation prints it: no JSON",
    good: false,
    make: () => signed(samples.painchekPrinted),
  },
  {
    id: "painchek-severe",
    group: "PainChek",
    title: "A record whose scores do not add up",
    good: false,
    make: () => signed(samples.severe.replace(/"pain_score":\s*\d+/, '"pain_score": 3')),
  },
  {
    id: "painchek-bytes",
    group: "PainChek",
    title: "Written in Latin-1: bytes that are not UTF-8",
    good: false,
    make: () => {
      const written = samples.painchek.replace('"comment": null', '"comment": "café"');
      const latin = Uint8Array.from(written, (character) => character.charCodeAt(0));
      return signed(written, latin);
    },
  },
  {
    id: "xon",
    group: "X-on",
    title: "Files of a request, as first documented",
    good: true,
    make: () => unsigned(samples.xon),
  },
  {
    id: "xon-latest",
    group: "X-on",
    title: "Files of a request, latest revision",
    good: true,
    make: () => unsigned(samples.xonLatest),
  },
  {
    id: "xon-mistakes",
    group: "X-on",
    title: "Four mistakes at once",
    good: false,
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

export const examples: ExampleEntry[] = list.map(({ make: _, ...entry }) => entry);

export function example(id: string): Example {
  const found = list.find((one) => one.id === id);
  if (found === undefined) throw new Error(`There is no example ${id}.`);
  return found.make();
}
