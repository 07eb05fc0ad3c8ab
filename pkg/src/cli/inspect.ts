/** `inspect`: everything there is to say about one delivery; of many, a table. Archives are streamed. */
import type { ImportedDelivery, ImportItem, Issue } from "../index.js";
import { type HookOptions, WebhookFactory } from "./hooks.js";
import {
  displayName,
  type InputOptions,
  isFatal,
  readDeliveries,
  sizeOf,
  sources,
  UnreadableError,
} from "./input.js";
import { count, print, sanitize, style, table, verdictInk } from "./paint.js";
import { Progress } from "./progress.js";
import { hasSignatureError, redactReport, showReport } from "./report.js";
import { EXIT_REJECTED, EXIT_VALID, UsageError } from "./usage.js";

export interface InspectOptions extends HookOptions, InputOptions {
  json?: boolean;
  now?: number;
  all?: boolean;
}

/** More kinds are counted together: what stands in a type is the sender's choice. */
const MAX_SUMMARY_ROWS = 500;
/** Of a type, no more is shown. */
const MAX_NAME_CHARS = 60;
/** How many rejected deliveries are named before the table. */
const MAX_LISTED_REJECTIONS = 10;
/** The longest source whose lines are kept to show them. */
const MAX_SNIPPET_SOURCE_BYTES = 4 * 1024 * 1024;

type Verdict = "verified" | "unsigned" | "rejected" | "unreadable";

class Summary {
  readonly rows = new Map<string, { cells: [string, string, Verdict, string]; number: number }>();
  readonly verdicts = { verified: 0, unsigned: 0, rejected: 0, unreadable: 0 };
  total = 0;
  skipped = 0;

  add(provider: string, type: string, verdict: Verdict, cause: string): void {
    this.total += 1;
    this.verdicts[verdict] += 1;
    let cells: [string, string, Verdict, string] = [provider, type.slice(0, MAX_NAME_CHARS), verdict, cause];
    if (!this.rows.has(cells.join("\0")) && this.rows.size >= MAX_SUMMARY_ROWS)
      cells = [provider, "(others)", verdict, cause];
    const key = cells.join("\0");
    const row = this.rows.get(key) ?? { cells, number: 0 };
    row.number += 1;
    this.rows.set(key, row);
  }

  show(): void {
    const rows = [...this.rows.values()].sort((a, b) => b.number - a.number);
    const cells = rows.map(({ cells, number }) => [
      ...cells.map((cell) => sanitize(cell)),
      number.toLocaleString("en"),
    ]);
    table(["provider", "event", "verdict", "cause", "deliveries"], cells);
    const parts = (["verified", "unsigned", "rejected", "unreadable"] as const)
      .filter((verdict) => this.verdicts[verdict] > 0)
      .map((verdict) =>
        (verdict === "unreadable" ? style.red : verdictInk[verdict])(
          `${this.verdicts[verdict].toLocaleString("en")} ${verdict}`,
        ),
      );
    print(`${count(this.total, "delivery", "deliveries")}: ${parts.join(", ")}`);
    if (this.skipped > 0) {
      print(
        style.dim(
          `${count(this.skipped, "request")} without a body passed over (GET, HEAD, OPTIONS): --all judges them, too.`,
        ),
      );
    }
  }

  get data() {
    const rows = [...this.rows.values()].map(({ cells: [provider, type, verdict, cause], number }) => ({
      provider,
      type,
      verdict,
      cause,
      deliveries: number,
    }));
    return { deliveries: this.total, ...this.verdicts, passedOver: this.skipped, rows };
  }
}

/** A request that carries nothing by its method: an archive of a browser is full of them. */
function isBodylessRequest({ method, body }: ImportedDelivery): boolean {
  return body.length === 0 && (method === "GET" || method === "HEAD" || method === "OPTIONS");
}

export async function inspect(files: string[], options: InspectOptions): Promise<number> {
  const inputs = sources(files);
  const hooks = new WebhookFactory(options, "look");
  const tally = new Summary();
  const progress = new Progress(sizeOf(inputs), options.json === true);
  const run = new Run(hooks, tally, progress, options);
  for (const file of inputs) await run.file(file, inputs.length === 1);
  await run.end();
  return tally.verdicts.rejected + tally.verdicts.unreadable > 0 ? EXIT_REJECTED : EXIT_VALID;
}

class Run {
  /** The first delivery, until a second one shows that this is a table. */
  #first: (() => Promise<void>) | undefined;
  #named = 0;
  /** Whether the signature of any delivery failed. */
  #signatures = false;
  /** One delivery was asked about, and one answer is the whole answer. */
  #single = false;

  constructor(
    readonly hooks: WebhookFactory,
    readonly tally: Summary,
    readonly progress: Progress,
    readonly options: InspectOptions,
  ) {}

  async file(file: string, alone: boolean): Promise<void> {
    let source: Uint8Array[] | undefined = [];
    let kept = 0;
    const read = (chunk: Uint8Array) => {
      this.progress.bytes += chunk.length;
      kept += chunk.length;
      // Only to show a line of it.
      if (kept > MAX_SNIPPET_SOURCE_BYTES) source = undefined;
      source?.push(chunk.slice());
      this.progress.tick();
    };
    const bytes = () => (source === undefined ? undefined : new Uint8Array(Buffer.concat(source)));
    let index = 0;
    let any = false;
    for await (const item of readDeliveries(file, this.options, read)) {
      any = true;
      if (item.format === undefined && item.delivery === undefined && alone)
        throw new UnreadableError(file, item.issues, bytes(), this.options.redact === true);
      const archive = item.format === "har" || item.format === "ndjson";
      if (archive) source = undefined;
      await this.#report(file, index, item, alone && !archive, bytes);
      index += 1;
      this.progress.deliveries = this.tally.total;
      this.progress.tick();
    }
    if (!any && alone) throw new UsageError(`There is nothing in ${displayName(file)}.`);
  }

  async #report(
    file: string,
    index: number,
    item: ImportItem,
    alone: boolean,
    bytes: () => Uint8Array | undefined,
  ): Promise<void> {
    const { delivery, issues } = item;
    const { json = false, redact = false, all = false } = this.options;
    if (delivery !== undefined && !all && issues.length === 0 && isBodylessRequest(delivery)) {
      this.tally.skipped += 1;
      return;
    }
    if (delivery === undefined || issues.some(isFatal)) {
      if (alone) throw new UnreadableError(file, issues, bytes(), redact);
      const issue = issues.find(isFatal);
      this.tally.add("", "", "unreadable", issue?.code ?? "");
      if (json) print(JSON.stringify({ source: file, index, issues }));
      else
        this.#name(
          file,
          issue === undefined ? `entry ${index}` : `${issue.span.line}:${issue.span.column}`,
          issue,
        );
      return;
    }
    if (!this.hooks.knows(delivery) && !alone) {
      this.tally.add("", "", "rejected", "provider unknown");
      if (json) print(JSON.stringify({ source: file, index, issues, provider: null }));
      return;
    }
    // A prompt and a bar on one line would be in each other's way.
    this.progress.clear();
    const hook = await this.hooks.of(delivery);
    const now = this.options.now === undefined ? {} : { now: this.options.now };
    const report = hook.inspect(delivery, now);
    const cause = report.code ?? "";
    const signature = hasSignatureError(report.issues);
    this.#signatures ||= signature;
    this.tally.add(report.provider, report.type ?? "", report.verdict, cause);
    if (json) {
      print(JSON.stringify({ source: file, index, issues, report: redact ? redactReport(report) : report }));
      this.#single = alone;
      return;
    }
    if (alone) {
      this.#first = async () => {
        showReport(report, delivery.body, { issues, source: bytes() }, redact);
        if (signature) print("To find out why: hookseal explain, with the same arguments.");
      };
    } else if (report.verdict === "rejected") {
      const issue = report.issues.find(({ code }) => code === cause) ?? report.issues.find(isFatal);
      this.#name(file, String(index + 1), issue);
    }
  }

  /** Names one of the first that were rejected. */
  #name(file: string, place: string, issue: Issue | undefined): void {
    this.#named += 1;
    if (this.#named > MAX_LISTED_REJECTIONS) return;
    this.progress.clear();
    const what = issue === undefined ? "" : `${issue.code} ${issue.message}`;
    print(`${style.dim(`${displayName(file)}#${place}`)} ${style.red(sanitize(what))}`);
  }

  async end(): Promise<void> {
    this.progress.clear();
    if (this.options.json === true) {
      if (!this.#single) print(JSON.stringify({ summary: this.tally.data }));
    } else if (this.#first !== undefined) {
      await this.#first();
    } else {
      if (this.#named > MAX_LISTED_REJECTIONS)
        print(style.dim(`and ${count(this.#named - MAX_LISTED_REJECTIONS, "more", "more")}`));
      if (this.#named > 0) print();
      this.tally.show();
      if (this.#signatures) print("To find out why: hookseal explain, with one of them.");
    }
  }
}
