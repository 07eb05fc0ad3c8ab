/** The fields of a form that the core has read, and their encoding, which browsers have built in. */
import type { BodyField } from "./protocol.ts";

/** A name or a value of a form, decoded and encoded. */
export const decodeFormText = (text: string): string => new URLSearchParams(`=${text}`).get("") ?? "";
export const encodeFormText = (text: string): string => new URLSearchParams([["", text]]).toString().slice(1);

/** The fields of a form, in its order. */
export function listFields(form: string): BodyField[] {
  const fields: BodyField[] = [];
  let start = 0;
  for (const pair of form.split("&")) {
    const name = pair.split("=", 1)[0] ?? "";
    const from = start + name.length + 1;
    const to = start + pair.length;
    if (pair !== "")
      fields.push({ name: decodeFormText(name), value: decodeFormText(form.slice(from, to)), from, to });
    start = to + 1;
  }
  return fields;
}
