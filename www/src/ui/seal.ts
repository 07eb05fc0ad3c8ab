/** The seal of a verdict: a scalloped shape with a sign for each state. Words are next to it, so it is hidden from screen readers. */

/** The sign of each seal: paths on a 16 by 16 grid. */
const SIGNS = {
  verified: "M3 8.5l3.5 3.5L13 5",
  rejected: "M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4",
  warned: "M8 2.5v7M8 13v.1",
  clock: "M8 2.5V8l3.6 2.4",
  key: "M4.6 10.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2M7.2 8h7.3v2.6M11.4 8v2",
  question: "M5 5.6c.2-1.8 1.4-2.7 3-2.7 1.8 0 3.1 1 3.1 2.7 0 2.3-3.1 2.3-3.1 4.6M8 13.2v.1",
  unsigned: "M3.5 8h9",
  paste: "M5.5 3.2h-2v11h9v-11h-2M5.8 1.8h4.4v2.6H5.8zM6 8h4M6 10.8h4",
} as const;

export type SealName = keyof typeof SIGNS;

const SCALLOPS = 12;
/** From the center of the shape to where two scallops meet. */
const RADIUS = 13.9;

/** A circle of scallops in a square of 32, which is the same for every seal. */
export const SEAL_SHAPE = `M${Array.from({ length: SCALLOPS + 1 }, (_, index) => {
  const angle = (2 * Math.PI * index) / SCALLOPS;
  const point = [Math.cos(angle), Math.sin(angle)].map((part) => (16 + RADIUS * part).toFixed(2)).join(" ");
  return index === 0 ? point : `A3.9 3.9 0 0 1 ${point}`;
}).join("")}Z`;

/** The parts of a seal in an SVG of 32 by 32: the shape, which is hollow if nothing is signed, and the sign. */
export const sealPaths = (name: SealName): readonly [className: string, path: string][] => [
  [name === "unsigned" ? "hollow" : "shape", SEAL_SHAPE],
  ["sign", SIGNS[name]],
];

const NS = "http://www.w3.org/2000/svg";

export function seal(name: SealName): SVGSVGElement {
  const svg = document.createElementNS(NS, "svg");
  for (const [attribute, value] of [
    ["viewBox", "0 0 32 32"],
    ["class", "seal"],
    ["aria-hidden", "true"],
  ] as const)
    svg.setAttribute(attribute, value);
  for (const [className, d] of sealPaths(name)) {
    const path = document.createElementNS(NS, "path");
    path.setAttribute("class", className);
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}
