/** A delivery that no receiver of `listen` takes. */
import type { Webhook } from "../../index.js";

/** Why no receiver can check a delivery. */
export interface Unrouted {
  /** The provider, if it was detected and its webhook cannot be made. */
  provider?: string;
  status: number;
  code: string;
  message: string;
  hint?: string;
}

export const isUnrouted = (route: Webhook | Unrouted): route is Unrouted => !("inspect" in route);
