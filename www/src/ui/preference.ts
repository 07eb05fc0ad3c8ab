/** Choices about the view, which this device keeps. Without storage they last until the page is closed. */
export function readPreference(name: string): string | undefined {
  try {
    return localStorage.getItem(`hookseal-${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a choice; undefined removes it. */
export function keepPreference(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(`hookseal-${name}`);
    else localStorage.setItem(`hookseal-${name}`, value);
  } catch {
    // As above.
  }
}
