/** The framework whose code is shown first, which this device remembers: the same in causes and in Code. */
import { keepPreference, readPreference } from "../ui/preference.ts";
import { store } from "./state.ts";

export function startFramework(): void {
  store.set({ framework: readPreference("framework") });
}

export function chooseFramework(framework: string): void {
  store.set({ framework });
  keepPreference("framework", framework);
}
