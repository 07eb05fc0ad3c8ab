/** The response to a handshake: a request by which the provider checks the receiver. */
import { store } from "../../state/state.ts";
import { copyButton } from "../../ui/copy.ts";
import { fill, h } from "../../ui/dom.ts";
import { visible } from "../../ui/text.ts";
import { panel } from "./panel.ts";

export function handshakeView(): HTMLElement {
  const { box, content } = panel("handshake", "Response of a receiver");
  store.on(["result"], ({ result }) => {
    const inspection = result === undefined || "isUndetected" in result ? undefined : result;
    const response = inspection?.handshake;
    box.hidden = response === undefined;
    if (response === undefined) return;
    const { status, headers, body, secret } = response;
    const text = [
      `HTTP/1.1 ${status}`,
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      "",
      body,
    ].join("\n");
    fill(
      content,
      h(
        "pre",
        { class: "excerpt", tabindex: "0", role: "group", "aria-label": "HTTP response" },
        ...visible(text.trimEnd(), true),
      ),
      copyButton("the response", () => text),
      secret !== undefined &&
        h(
          "p",
          { class: "muted" },
          "The request hands over a signing secret, and anyone can send such a request: a receiver responds only if the option ",
          h("code", null, "onSecret"),
          " takes the secret, and with 403 otherwise.",
        ),
    );
  });
  return box;
}
