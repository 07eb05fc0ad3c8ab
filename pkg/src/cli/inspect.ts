/** `inspect`: the full report of one delivery, or a table of many. Archives are streamed. */
import type { ImportedDelivery, ImportItem, Issue } from "../index.js";
import {
  displayName,
  type InputOptions,
  isFatal,
  readDeliveries,
  sizeOf,
  sources,
  UnreadableError,
} from "./input.js";
import { count, print, sanitize, severityStyle, style, table, verdictStyle } from "./output.js";
import { Progress } from "./progress.js";
import { hasSignatureError, redactReport, showReport } from "./report.js";
import { EXIT_REJECTED, EXIT_VALID, UsageError } from "./usage.js";
import { type HookOptions, WebhookFactory } from "./webhook-factory.js";

export interface InspectOptions extends HookOptions, InputOptions {
  json?: boolean;
  now?: number;
  all?: boolean;
}

/** Further rows are counted together: the sender chooses the event type, and could make any number of rows. */
const MAX_SUMMARY_ROWS = 500;
/** Longer event types are cut, so that the table stays readable. */
const MAX_NAME_CHARS = 60;
/** Rejected deliveries and issues listed before the table; any others are only counted. */
const MAX_LISTED = 10;
/** Larger sources are not kept in memory, and their issues are shown without a code frame. */
const MAX_SNIPPET_SOURCE_BYTES = 4 * 1024 * 1024;

type Verdict = "verified" | "token" | "unsigned" | "rejected" | "unreadable";

class Summary {
  readonly rows = new Map<string, { cells: [string, string, Verdict, string]; count: number }>();
  readonly verdicts = { verified: 0, token: 0, unsigned: 0, rejected: 0, unreadable: 0 };
  total = 0;
  skipped = 0;

  add(provider: string, type: string, verdict: Verdict, cause: string): void {
    this.total += 1;
    this.verdicts[verdict] += 1;
    let cells: [string, string, Verdict, string] = [provider, type.slice(0, MAX_NAME_CHARS), verdict, cause];
    if (!this.rows.has(cells.join("\0")) && this.rows.size >= MAX_SUMMARY_ROWS)
      cells = [provider, "(others)", verdict, cause];
    const key = cells.join("\0");
    const row = this.rows.get(key) ?? { cells, count: 0 };
    row.count += 1;
    this.rows.set(key, row);
  }

  show(): void {
    const rows = [...this.rows.values()].sort((a, b) => b.count - a.count);
    const cells = rows.map(({ cells, count }) => [
      ...cells.map((cell) => sanitize(cell)),
      count.toLocaleString("en"),
    ]);
    table(["provider", "event", "verdict", "cause", "deliveries"], cells);
    const parts = (["verified", "token", "unsigned", "rejected", "unreadable"] as const)
      .filter((verdict) => this.verdicts[verdict] > 0)
      .map((verdict) =>
        (verdict === "unreadable" ? style.red : verdictStyle[verdict])(
          `${this.verdicts[verdict].toLocaleString("en")} ${verdict}`,
        ),
      );
    print(`${count(this.total, "delivery", "deliveries")}: ${parts.join(", ")}`);
    if (this.skipped > 0) {
      print(
        style.dim(
          `${count(this.skipped, "request")} without a body skipped (GET, HEAD, OPTIONS). Use --all to include them.`,
        ),
      );
    }
  }

  get data() {
    const rows = [...this.rows.values()].map(({ cells: [provider, type, verdict, cause], count }) => ({
      provider,
      type,
      verdict,
      cause,
      deliveries: count,
    }));
    return { deliveries: this.total, ...this.verdicts, skipped: this.skipped, rows };
  }
}

/** Whether a request has no body by its method. Archives of a browser contain many of them. */
function isBodylessRequest({ method, body }: ImportedDelivery): boolean {
  return body.length === 0 && (method === "GET" || method === "HEAD" || method === "OPTIONS");
}

export async function inspect(files: string[], options: InspectOptions): Promise<number> {
  const inputs = sources(files);
  const hooks = new WebhookFactory(options, "report");
  const summary = new Summary();
  const progress = new Progress(sizeOf(inputs), options.json === true);
  const run = new InspectRun(hooks, summary, progress, options);
  for (const file of inputs) await run.file(file, inputs.length === 1);
  run.end();
  return summary.verdicts.rejected + summary.verdicts.unreadable > 0 ? EXIT_REJECTED : EXIT_VALID;
}

/** Line and column of an issue in its file; the index of the entry where the issue has no location. */
function formatPosition({ span, byteSpan }: Issue, index: number): string {
  return byteSpan.end > 0 ? `${span.line}:${span.column}` : `entry ${index}`;
}

/** One call of `inspect` over all its files. */
class InspectRun {
  /** Prints the report of the only delivery. */
  #showSingle: (() => void) | undefined;
  #listed = 0;
  /** Issues of imports that made no delivery unreadable. */
  #importIssues = 0;
  /** Whether the signature of any delivery failed. */
  #hasSignatureErrors = false;
  /** Whether the JSON report of the only delivery was printed, which needs no summary. */
  #isSingle = false;

  constructor(
    readonly hooks: WebhookFactory,
    readonly summary: Summary,
    readonly progress: Progress,
    readonly options: InspectOptions,
  ) {}

  async file(file: string, isOnlyFile: boolean): Promise<void> {
    let source: Uint8Array[] | undefined = [];
    let length = 0;
    const onChunk = (chunk: Uint8Array) => {
      this.progress.bytes += chunk.length;
      length += chunk.length;
      if (length > MAX_SNIPPET_SOURCE_BYTES) source = undefined;
      source?.push(chunk.slice());
      this.progress.tick();
    };
    const bytes = () => (source === undefined ? undefined : new Uint8Array(Buffer.concat(source)));
    let index = 0;
    let isEmpty = true;
    let isArchive = false;
    let last: ImportItem | undefined;
    const report = async (item: ImportItem, isSingle: boolean) => {
      await this.#report(file, index, item, isSingle, bytes);
      index += 1;
      this.progress.deliveries = this.summary.total;
      this.progress.tick();
    };
    for await (const item of readDeliveries(file, this.options, onChunk)) {
      isEmpty = false;
      if (item.format === undefined && item.delivery === undefined && isOnlyFile)
        throw new UnreadableError(file, item.issues, bytes(), this.options.redact === true);
      isArchive = item.format === "har" || item.format === "ndjson";
      if (isArchive) source = undefined;
      // Reports each item after the next one was read: only the end of the file shows that a delivery is the only one.
      if (last !== undefined) await report(last, false);
      last = item;
    }
    if (last !== undefined) await report(last, isOnlyFile && !isArchive && index === 0);
    if (isEmpty && isOnlyFile) throw new UsageError(`${displayName(file)} is empty.`);
  }

  async #report(
    file: string,
    index: number,
    item: ImportItem,
    isSingle: boolean,
    bytes: () => Uint8Array | undefined,
  ): Promise<void> {
    const { delivery, issues } = item;
    const { json = false, redact = false, all = false } = this.options;
    if (delivery !== undefined && !all && issues.length === 0 && isBodylessRequest(delivery)) {
      this.summary.skipped += 1;
      return;
    }
    if (delivery === undefined || issues.some(isFatal)) {
      if (isSingle) throw new UnreadableError(file, issues, bytes(), redact);
      const issue = issues.find(isFatal);
      this.summary.add("", "", "unreadable", issue?.code ?? "");
      if (json) print(JSON.stringify({ source: file, index, issues }));
      else this.#list(file, issue === undefined ? `entry ${index}` : formatPosition(issue, index), issue);
      return;
    }
    this.#importIssues += issues.length;
    const [imported] = issues;
    if (imported !== undefined && !isSingle && !json)
      this.#list(file, formatPosition(imported, index), imported);
    const provider = isSingle ? this.hooks.providerOf(delivery) : this.hooks.detect(delivery);
    if (provider === undefined) {
      this.summary.add("", "", "rejected", "provider not detected");
      if (json) print(JSON.stringify({ source: file, index, issues, provider: null }));
      return;
    }
    // The next line may prompt for a secret, where the progress bar is.
    this.progress.clear();
    const hook = await this.hooks.byId(provider);
    const now = this.options.now === undefined ? {} : { now: this.options.now };
    const report = hook.inspect(delivery, { ...now, keys: this.hooks.keys });
    this.hooks.rejectInvalidKeys(report.issues);
    const cause = report.code ?? "";
    const hasSignatureIssue = hasSignatureError(report.issues);
    this.#hasSignatureErrors ||= hasSignatureIssue;
    this.summary.add(report.provider, report.type ?? "", report.verdict, cause);
    if (json) {
      print(JSON.stringify({ source: file, index, issues, report: redact ? redactReport(report) : report }));
      this.#isSingle = isSingle;
      return;
    }
    if (isSingle) {
      this.#showSingle = () => {
        showReport(report, delivery.body, { issues, source: bytes() }, redact);
        if (hasSignatureIssue) print("To find the cause, run hookseal explain with the same arguments.");
      };
    } else if (report.verdict === "rejected") {
      const issue = report.issues.find(({ code }) => code === cause) ?? report.issues.find(isFatal);
      this.#list(file, String(index + 1), issue);
    }
  }

  /** Lists a rejected delivery or an issue of the import, up to `MAX_LISTED`. */
  #list(file: string, position: string, issue: Issue | undefined): void {
    this.#listed += 1;
    if (this.#listed > MAX_LISTED) return;
    this.progress.clear();
    const reason = issue === undefined ? "" : `${issue.code} ${issue.message}`;
    const color = severityStyle[issue?.severity ?? "error"];
    print(`${style.dim(`${displayName(file)}#${position}`)} ${color(sanitize(reason))}`);
  }

  end(): void {
    this.progress.clear();
    if (this.options.json === true) {
      if (!this.#isSingle) print(JSON.stringify({ summary: this.summary.data }));
    } else if (this.#showSingle !== undefined) {
      this.#showSingle();
    } else {
      if (this.#listed > MAX_LISTED)
        print(style.dim(`and ${count(this.#listed - MAX_LISTED, "more", "more")}`));
      if (this.#listed > 0) print();
      this.summary.show();
      if (this.#importIssues > 0)
        print(`${count(this.#importIssues, "issue")} of the import. Use --json to list all of them.`);
      if (this.#hasSignatureErrors) print("To find the cause, run hookseal explain with one of them.");
    }
  }
}
