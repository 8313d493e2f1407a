/** Who has the keyboard keeps it: what comes up late asks first, and what closes late gives it back to nobody else. */
const IN_USE = "input, textarea, select, [role=dialog], [role=menu]";

/** Takes the keyboard for what has come up, unless somebody has begun to write or choose elsewhere meanwhile. */
export function offerFocus(field: HTMLElement | null): boolean {
  const active = document.activeElement;
  if (!field || (active !== field && active?.closest(IN_USE))) return false;
  field.focus({ preventScroll: true });
  return true;
}

/** Radix gives the keyboard back in a timer, when the next key may have been pressed elsewhere already. */
export const givingBack =
  (to?: () => Element | null | undefined) =>
  (event: Event): void => {
    const isElsewhere = document.activeElement !== document.body;
    const target = isElsewhere ? null : to?.();
    if (target instanceof HTMLElement) target.focus();
    if (isElsewhere || to) event.preventDefault();
  };

/** From where something is opened: of a menu that is about to go, what opened that. */
export function openerNow(): Element | null {
  const active = document.activeElement;
  const menu = active?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  return menu ? document.getElementById(menu) : active;
}
