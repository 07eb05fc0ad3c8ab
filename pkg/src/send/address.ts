/** Which addresses a sender may connect to: public ones, and those on an allowlist. */
/// <reference types="node" />
import { BlockList, isIP } from "node:net";
import type { SendError } from "./error.js";
import { valueError } from "./values.js";

// The IANA registries of special-purpose addresses (RFC 6890). No public receiver has such an address; many of them belong to
// the sender's own machine, network or cloud.
const NON_PUBLIC_IPV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  // The metadata service of Azure, on an address that looks public.
  "168.63.129.16/32",
];

/** The parts of 2000::/3, the public range of IPv6, that are not public: protocols, documentation and tunnels (Teredo, 6to4). */
const NON_PUBLIC_IPV6 = ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"];

const NON_PUBLIC = toBlockList([...NON_PUBLIC_IPV4, ...NON_PUBLIC_IPV6]);
const GLOBAL_UNICAST_IPV6 = toBlockList(["2000::/3"]);
/** IPv4 addresses in IPv6 notation: mapped (RFC 4291, section 2.5.5.2) and NAT64 (RFC 6052). The IPv4 address counts. */
const EMBEDDED_IPV4 = toBlockList(["::ffff:0:0/96", "64:ff9b::/96"]);

/** Decides which addresses are blocked. */
export class AddressPolicy {
  readonly #allowed: BlockList | "any";

  /** @param allowlist `"any"`, or addresses and subnets (`10.1.0.0/16`) that are allowed in addition to public ones. */
  constructor(allowlist: "any" | readonly string[] = []) {
    this.#allowed = allowlist === "any" ? "any" : toBlockList(allowlist);
  }

  /** Whether `allowAddresses` names the address. */
  isAllowlisted(address: string): boolean {
    if (this.#allowed === "any") return true;
    return (
      listContains(this.#allowed, address) || listContains(this.#allowed, embeddedIpv4(address) ?? address)
    );
  }

  /** Whether nothing may be sent to the address. */
  isBlocked(address: string): boolean {
    if (this.isAllowlisted(address)) return false;
    const family = isIP(address);
    if (family === 0) return true;
    if (family === 4) return listContains(NON_PUBLIC, address);
    const ipv4 = embeddedIpv4(address);
    if (ipv4 !== undefined) return listContains(NON_PUBLIC, ipv4);
    return !listContains(GLOBAL_UNICAST_IPV6, address) || listContains(NON_PUBLIC, address);
  }
}

function toBlockList(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  if (!Array.isArray(subnets)) throw allowlistError();
  for (const subnet of subnets) {
    const [address = "", length, ...rest] = typeof subnet === "string" ? subnet.split("/") : [];
    const family = isIP(address);
    const bits = length === undefined ? (family === 4 ? 32 : 128) : Number(length);
    if (
      family === 0 ||
      rest.length > 0 ||
      !/^\d{1,3}$/.test(length ?? "0") ||
      bits > (family === 4 ? 32 : 128)
    ) {
      throw allowlistError();
    }
    list.addSubnet(address, bits, family === 4 ? "ipv4" : "ipv6");
  }
  return list;
}

function allowlistError(): SendError {
  return valueError(
    "allowAddresses",
    '"any", or a list of addresses and subnets such as "127.0.0.1" and "10.1.0.0/16"',
  );
}

function listContains(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 4 ? "ipv4" : "ipv6");
}

/** The IPv4 address inside an IPv6 address, if there is one. */
function embeddedIpv4(address: string): string | undefined {
  if (isIP(address) !== 6 || !listContains(EMBEDDED_IPV4, address)) return undefined;
  const dotted = /(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  if (dotted !== null) return dotted[1];
  // The URL parser normalizes the address, so that the last 32 bits are the last two groups.
  const groups = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const last = (groups.at(-1) ?? "").split(":").filter((group) => group !== "");
  const [high = "0", low = "0"] = last.length === 1 ? ["0", last[0]] : last.slice(-2);
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return `${a >> 8}.${a & 255}.${b >> 8}.${b & 255}`;
}
