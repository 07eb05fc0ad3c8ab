/** Prints the port of a server for the parent process, and ends with that process. */
import type { AddressInfo } from "node:net";
import process from "node:process";

export function listening(server: { address(): AddressInfo | string | null }): void {
  console.log(`listening ${(server.address() as AddressInfo).port}`);
  // Standard input ends with the parent process.
  process.stdin.resume().on("end", () => process.exit(0));
}
