/** Ids of test deliveries: each delivery has its own, so that none is a duplicate of another one. */
import { randomBytes } from "../random.js";
import type { Webhook } from "../webhook.js";
import { at, type Json, segmentsOf, setAt } from "./pointer.js";

/** Names of members that hold ids. */
const ID = /^(?:id|uid|uuid|guid|gid|sid)$|[_a-z](?:_id|Id|ID|Sid|_uuid|Uuid)$/;
const MAX_DEPTH = 4;
const A_UUID = "5e0c6b3a-91d2-4c7f-8a46-0d3b9e1f7a25";

/**
 * Data with ids of its own, best first. `passed` is the data of the caller, which stays as it is.
 *
 * Where neither the core nor the event has an id in what is signed, a body that was received before is a replay or a duplicate. So the
 * first id of anything in the data is changed, or a member `id` is added.
 */
export function withFreshIds(hook: Webhook, data: Json, passed: object): Json[] {
  const pointers = idPointers(hook);
  const ids = pointers.filter((pointer) => isId(at(data, segmentsOf(pointer))));
  const fresh = ids.reduce(
    (fresh, pointer) => setAt(fresh, pointer, freshId(at(data, segmentsOf(pointer)))),
    data,
  );
  if (ids.length > 0 || hasOwnBody(hook)) return [fresh];
  const free = Object.keys(data).filter((key) => !Object.hasOwn(passed, key));
  const other = anyId(Object.fromEntries(free.map((key) => [key, data[key]])));
  const changed =
    other === undefined
      ? [A_UUID, 0].map((id) => ({ ...fresh, id: freshId(id) }))
      : [setAt(fresh, other, freshId(at(data, segmentsOf(other))))];
  return [...changed, fresh];
}

/** The pointers of the ids in the data: of the event, and of the idempotency key. */
function idPointers({ definition, sendPolicy }: Webhook): string[] {
  const { dataPath, itemsPath } = sendPolicy;
  const { item, id } = definition.envelope as { item?: { id?: string | string[] }; id?: string | null };
  const prefix = itemsPath == null ? dataPath.map((key) => `/${key}`).join("") : "";
  const pointers = itemsPath == null ? [id, ...(definition.dedupe ?? [])] : [item?.id].flat();
  return pointers.flatMap((pointer) => {
    const path = `${pointer ?? ""}`.replace(/^pointer:/, "");
    return path.startsWith(`${prefix}/`) ? [path.slice(prefix.length)] : [];
  });
}

/** Whether the core writes an id into each body, or signs one in a header. */
function hasOwnBody({ definition, sendPolicy, uncovered }: Webhook): boolean {
  const { item, id } = definition.envelope as { item?: { id?: unknown }; id?: unknown };
  const prefix = sendPolicy.dataPath.map((key) => `/${key}`).join("");
  const own = sendPolicy.itemsPath == null ? id : item?.id;
  // What is inside a data object is part of the data: the core adds nothing there.
  if (typeof own === "string" && (prefix === "" || !own.startsWith(`${prefix}/`))) return true;
  return `${definition.dedupe?.[0]}`.startsWith("header:") && !uncovered.includes("id");
}

/** The pointer of the first id in the data, those of outer objects first. */
function anyId(data: Json): string | undefined {
  let level: [pointer: string, value: unknown][] = [["", data]];
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const members = level.flatMap(([pointer, value]) =>
      typeof value !== "object" || value === null
        ? []
        : Object.entries(value).map(([key, inner]): [string, unknown, string] => [
            `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`,
            inner,
            key,
          ]),
    );
    const found = members.find(([, value, key]) => ID.test(key) && isId(value));
    if (found !== undefined) return found[0];
    level = members.map(([pointer, value]) => [pointer, value]);
  }
  return undefined;
}

function isId(value: unknown): boolean {
  return (typeof value === "string" && value !== "") || Number.isInteger(value);
}

/** An id of the same form: a UUID, a number, digits, or a text with the same prefix. */
function freshId(id: unknown): unknown {
  const bytes = randomBytes(16);
  const number = bytes.slice(0, 4).reduce((sum, byte) => sum * 256 + byte, 0);
  if (typeof id === "number") return number;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const text = `${id}`;
  if (/^\d+$/.test(text)) return `1${`${number}`.padStart(10, "0")}`.padEnd(text.length, "0");
  if (/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text))
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
  return `${text.slice(0, Math.max(text.lastIndexOf("_"), text.lastIndexOf("-")) + 1)}${hex}`;
}
