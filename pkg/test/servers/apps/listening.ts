/** Says on which port a server listens, to whoever started it, and ends with it. */
import type { AddressInfo } from "node:net";
import process from "node:process";

export function listening(server: { address(): AddressInfo | string | null }): void {
  console.log(`listening ${(server.address() as AddressInfo).port}`);
  // Whoever started this holds the other end of standard input.
  process.stdin.resume().on("end", () => process.exit(0));
}
