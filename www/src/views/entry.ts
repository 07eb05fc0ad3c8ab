/** How the state of a delivery is shown in a list, and in Compare. */
import type { ArchiveEntry } from "../engine/protocol.ts";
import type { IconName } from "../ui/icons.ts";

export const ENTRY_ICONS: Readonly<Record<ArchiveEntry["state"], [IconName, string]>> = {
  accepted: ["passed", "accepted"],
  rejected: ["failed", "rejected"],
  unchecked: ["unchecked", "not checked"],
  undetected: ["question", "no provider detected"],
};
