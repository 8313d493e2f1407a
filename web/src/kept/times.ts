/** The moments that are offered for later: soon, and the next working mornings. */
const MINUTE_MS = 60_000;
const MORNING_HOUR = 9;

export const inMinutes = (now: Date, minutes: number) => new Date(now.getTime() + minutes * MINUTE_MS);

/** Nine o'clock, a number of days from now, where this person is. */
export function morning(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING_HOUR);
}

/** The morning of the next Monday that is not today. */
export function nextMonday(now: Date): Date {
  return morning(now, ((7 - now.getDay()) % 7) + 1);
}

/** As an `<input type="datetime-local">` takes it. */
export function localText(at: Date): string {
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * MINUTE_MS);
  return shifted.toISOString().slice(0, 16);
}
