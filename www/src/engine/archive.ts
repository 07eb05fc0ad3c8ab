/** Checks the deliveries of an archive, each with the secrets of its provider. */
import { toBytes } from "../bytes.ts";
import { diagnose, isFullMissing } from "./core.ts";
import { detect } from "./detect.ts";
import type { ArchiveEntry, Calls, InspectInput, PageDelivery } from "./protocol.ts";
import { getWebhook, providerEntry } from "./providers.ts";

const NO_SECRETS = { secret: "", encoding: "provider" } as const;

/** Whether a request can be an event: those that send nothing are no webhooks. */
export const isWebhook = ({ method = "POST", text }: PageDelivery): boolean =>
  text !== "" && !["GET", "HEAD", "OPTIONS"].includes(method.toUpperCase());

export function checkEntries({
  deliveries,
  provider,
  secrets,
  profile,
  now,
  tolerance,
}: Calls["checkEntries"]["input"]): ArchiveEntry[] {
  const ids = deliveries.map((delivery) =>
    provider === "auto" ? detect(delivery, toDelivery(delivery)) : provider,
  );
  const entries: ArchiveEntry[] = [];
  // One provider after the other: making a webhook takes longer than inspecting a delivery.
  for (const id of new Set(ids)) {
    const settings = { ...NO_SECRETS, ...(id === undefined ? undefined : secrets[id]), profile };
    for (const [index, delivery] of deliveries.entries())
      if (ids[index] === id)
        entries[index] =
          id === undefined
            ? checkUndetected(delivery)
            : checkEntry(delivery, id, settings, { now, tolerance });
  }
  return entries;
}

function toDelivery({ headers, text, url, method }: PageDelivery) {
  return { headers, body: toBytes(text), url, method };
}

function checkUndetected(delivery: PageDelivery): ArchiveEntry {
  const { issues } = diagnose(toDelivery(delivery));
  const error = issues.find(({ severity }) => severity === "error");
  return {
    state: error === undefined ? "undetected" : "rejected",
    note: error?.message ?? "no provider detected",
    bytes: toDelivery(delivery).body.length,
  };
}

function checkEntry(
  delivery: PageDelivery,
  id: string,
  settings: Omit<InspectInput, "delivery" | "provider">,
  limits: { now?: number | undefined; tolerance?: number | undefined },
): ArchiveEntry {
  const entry = providerEntry(id);
  const request = toDelivery(delivery);
  const facts = { provider: id, title: entry.title, bytes: request.body.length };
  let report: ReturnType<ReturnType<typeof getWebhook>["inspect"]>;
  try {
    report = getWebhook(settings, id).inspect(request, limits);
  } catch (error) {
    if (isFullMissing(error)) throw error;
    // A secret in another format than the provider's checks nothing.
    return { ...facts, state: "unchecked", note: (error as Error).message };
  }
  const { verdict, signature, issues, type, handshake } = report;
  const shown = { ...facts, ...(type === undefined ? {} : { type }) };
  if (handshake !== undefined) return { ...shown, state: "accepted", note: "handshake" };
  if (verdict === "rejected") {
    const error = issues.find(({ severity }) => severity === "error");
    return {
      ...shown,
      state: "rejected",
      note: signature.status === "stale" ? "right signature, at another time" : (error?.message ?? ""),
    };
  }
  if (verdict !== "unsigned")
    return {
      ...shown,
      state: "accepted",
      note: verdict === "token" ? "right token, nothing signed" : "verified",
    };
  if (!entry.signs) return { ...shown, state: "accepted", note: "not signed by its provider" };
  return signature.received === undefined && !issues.some(({ stage }) => stage === "signature")
    ? { ...shown, state: "unchecked", note: "no signature" }
    : { ...shown, state: "unchecked", note: "signature not checked" };
}
