/** The icons: paths on a 16 by 16 grid, in the color of the surrounding text. */

/** The path of each icon. */
export const PATHS = {
  verified: "M8 1.5 13.5 3.5v4c0 3.4-2.3 5.9-5.5 7-3.2-1.1-5.5-3.6-5.5-7v-4zM5.4 8l1.9 1.9 3.4-3.7",
  unsigned: "M8 1.5 13.5 3.5v4c0 3.4-2.3 5.9-5.5 7-3.2-1.1-5.5-3.6-5.5-7v-4zM5.5 8h5",
  rejected: "M5.2 1.8h5.6l3.4 3.4v5.6l-3.4 3.4H5.2l-3.4-3.4V5.2zM5.9 5.9l4.2 4.2M10.1 5.9l-4.2 4.2",
  question:
    "M8 14.3A6.3 6.3 0 1 0 8 1.7a6.3 6.3 0 0 0 0 12.6M6.2 6.2c.2-1.1 1-1.6 1.9-1.6 1 0 1.8.7 1.8 1.6 0 1.4-1.9 1.5-1.9 2.9M8 11.4v.1",
  unchecked: "M5 9.4a1.9 1.9 0 1 0 0-3.8 1.9 1.9 0 0 0 0 3.8M6.9 7.5h6.1v2.3M10.6 7.5v1.8",
  passed: "M3.5 8.5l3 3 6-7",
  failed: "M4 4l8 8M12 4l-8 8",
  warned: "M8 3v6M8 12.2v.1",
  "not-reached": "M4.5 8h7",
  "not-applicable": "M8 8h.1",
  error: "M5.2 1.8h5.6l3.4 3.4v5.6l-3.4 3.4H5.2l-3.4-3.4V5.2zM8 5v3.6M8 11v.1",
  warning: "M8 2 14.5 13.5h-13zM8 6.2v3.4M8 11.4v.1",
  info: "M8 14.3A6.3 6.3 0 1 0 8 1.7a6.3 6.3 0 0 0 0 12.6M8 7.4v3.8M8 4.9v.1",
  lock: "M4 7.2h8v6.3H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2",
  eye: "M1.5 8S4 3.7 8 3.7 14.5 8 14.5 8 12 12.3 8 12.3 1.5 8 1.5 8M8 9.7a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4",
  hidden: "M1.5 8S4 3.7 8 3.7 14.5 8 14.5 8 12 12.3 8 12.3 1.5 8 1.5 8M3 13 13 3",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  file: "M8 10.5V2.5M5 5.3l3-3 3 3M2.5 10v3.5h11V10",
  clear: "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9",
  sun: "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6M8 1.2v1.6M8 13.2v1.6M1.2 8h1.6M13.2 8h1.6M3.2 3.2l1.1 1.1M11.7 11.7l1.1 1.1M12.8 3.2l-1.1 1.1M4.3 11.7l-1.1 1.1",
  moon: "M13.3 9.7A5.8 5.8 0 0 1 6.3 2.7a5.8 5.8 0 1 0 7 7",
  system: "M2 3h12v8H2zM6 13.5h4M8 11v2.5",
  keyboard: "M1.5 4h13v8h-13zM4 6.5h.1M6.7 6.5h.1M9.3 6.5h.1M12 6.5h.1M5 9.5h6",
  code: "M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5",
  report: "M3.5 1.8h6l3 3v9.4h-9zM9.5 1.8v3h3M6 8h4.2M6 10.8h4.2",
  link: "M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.3-2.3a2.6 2.6 0 0 0-3.7-3.7l-.8.8M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.2 9.1a2.6 2.6 0 0 0 3.7 3.7l.8-.8",
  open: "M6 3.5 10.5 8 6 12.5",
  swap: "M2.5 5.5h10M10 3l2.5 2.5L10 8M13.5 10.5h-10M6 8l-2.5 2.5L6 13",
  more: "M3 8h.1M8 8h.1M13 8h.1",
  examples:
    "M8 4C6.5 2.8 4.5 2.5 2 2.5v10c2.5 0 4.5.3 6 1.5 1.5-1.2 3.5-1.5 6-1.500v-10c-2.5 0-4.5.3-6 1.500v10",
  history: "M2.5 8a5.5 5.5 0 1 0 1.6-3.900L2.5 5.700M2.5 2.500v3.200h3.200M8 5v3.300l2 1.3",
  equal: "M3.5 6h9M3.5 10h9",
  unequal: "M3.5 6h9M3.5 10h9M10.5 3l-5 10",
  seal: "M5.5 3.6v4.7a2.5 2.5 0 0 0 5 0v-.8m-1.6 1.5 1.6-1.6 1.6 1.6",
} as const;

export type IconName = keyof typeof PATHS;
const NS = "http://www.w3.org/2000/svg";

/** An icon. With a label it is an image for screen readers, without one it is hidden from them. */
export function icon(name: IconName, label?: string): SVGSVGElement {
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  if (label === undefined) svg.setAttribute("aria-hidden", "true");
  else {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  }
  const path = document.createElementNS(NS, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
