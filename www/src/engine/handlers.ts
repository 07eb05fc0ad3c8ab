/** The worker's calls by name. */
import { checkEntries } from "./archive.ts";
import { compare, lastDifference } from "./compare.ts";
import { defineProvider, signSample } from "./custom.ts";
import { edit } from "./edit.ts";
import { examples, makeExample } from "./examples.ts";
import { explain } from "./explain.ts";
import { importText } from "./import.ts";
import { inspect, listChildren, valueAt } from "./inspect.ts";
import { formatDefinition, formatPair } from "./other-reports.ts";
import { makePair } from "./pairs.ts";
import type { CallName, Calls } from "./protocol.ts";
import { listProviders } from "./providers.ts";
import { formatReport, redactDelivery } from "./report.ts";
import { convertBody, listSignChoices, sign } from "./sign.ts";

export const handlers: { [Name in CallName]: (input: Calls[Name]["input"]) => Calls[Name]["output"] } = {
  start: () => ({ providers: listProviders(), examples }),
  makeExample,
  importText,
  inspect,
  checkEntries,
  explain,
  listChildren,
  valueAt,
  compare,
  difference: lastDifference,
  makePair,
  listSignChoices,
  sign,
  convertBody,
  edit,
  defineProvider,
  signSample,
  formatReport,
  formatPair,
  formatDefinition,
  redactDelivery,
};
