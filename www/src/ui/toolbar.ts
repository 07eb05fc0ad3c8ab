/** A group of controls that is one stop of the Tab key; the arrow keys, Home and End move inside of it. */

const CONTROLS = "button, a[href], select, input:not([type=file])";
const STEPS: Readonly<Record<string, 1 | -1>> = { ArrowRight: 1, ArrowLeft: -1 };

/** Makes the group one stop: of the pressed control if there is one, else of the one that was focused last. */
export function toolbar<Box extends HTMLElement>(box: Box, label: string): Box {
  box.setAttribute("role", "toolbar");
  box.setAttribute("aria-label", label);
  let stop: HTMLElement | undefined;

  const controls = (): HTMLElement[] =>
    [...box.querySelectorAll<HTMLElement>(CONTROLS)].filter(
      (control) => control.closest("[hidden]") === null && !control.matches(":disabled"),
    );

  function update(): void {
    const all = controls();
    const pressed = all.find((control) => control.getAttribute("aria-pressed") === "true");
    if (stop === undefined || !all.includes(stop)) stop = pressed ?? all[0];
    if (pressed !== undefined && !box.contains(document.activeElement)) stop = pressed;
    for (const control of all) control.tabIndex = control === stop ? 0 : -1;
  }

  box.addEventListener("focusin", ({ target }) => {
    if (!controls().includes(target as HTMLElement)) return;
    stop = target as HTMLElement;
    update();
  });
  box.addEventListener("keydown", (event) => {
    // A control that this width does not show cannot have the focus.
    const all = controls().filter((control) => control.getClientRects().length > 0);
    const at = all.indexOf(event.target as HTMLElement);
    if (at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    // A menu keeps ↑, ↓, Home and End for its choices.
    const isMenu = event.target instanceof HTMLSelectElement;
    const step = STEPS[event.key];
    const next =
      step !== undefined
        ? (at + step + all.length) % all.length
        : !isMenu && event.key === "Home"
          ? 0
          : !isMenu && event.key === "End"
            ? all.length - 1
            : undefined;
    if (next === undefined) return;
    event.preventDefault();
    all[next]?.focus();
  });
  // Controls come, go, and are pressed by a change of the state.
  new MutationObserver(update).observe(box, {
    subtree: true,
    childList: true,
    attributes: true,
    attributeFilter: ["hidden", "disabled", "aria-pressed"],
  });
  update();
  return box;
}
