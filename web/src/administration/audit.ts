/** How an audit entry reads, and the days that one filters by. */

/** What people and channels are called, by their ids. */
export type Names = ReadonlyMap<string, string>;

/** The beginning of a day here, as the server wants times; empty for none. */
export const startOf = (day: string) => (day ? new Date(`${day}T00:00`).toISOString() : "");

/** The end of a day: "to" means that day, too. */
export function dayAfter(day: string): string {
  if (!day) return "";
  const next = new Date(`${day}T00:00`);
  next.setDate(next.getDate() + 1);
  return next.toISOString();
}

/** Its details as words, people and channels by their names. Ids that name nothing to a reader are left out. */
export function described(details: Record<string, unknown>, names: Names, usual: string): string {
  return Object.entries(details)
    .filter(([name, value]) => value !== null && value !== undefined && !(/^(id|.*Id)$/.test(name) && !isKnown(value, names)))
    .map(([name, value]) => `${wordsOf(name)}: ${valueOf(value, names, usual)}`)
    .join(" · ");
}

const isKnown = (value: unknown, names: Names) => names.has(String(value));

/** `formerRole` reads as "former role". */
const wordsOf = (name: string) => name.replace(/Id$/, "").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** What was taken back is again as it usually is. */
function valueOf(value: unknown, names: Names, usual: string): string {
  if (value === null) return usual;
  if (Array.isArray(value)) return value.map((each) => valueOf(each, names, usual)).join(", ");
  if (typeof value !== "object") return names.get(String(value)) ?? String(value);
  const inner = Object.entries(value).map(([name, each]) => `${wordsOf(name)} ${valueOf(each, names, usual)}`);
  return inner.join(", ");
}
