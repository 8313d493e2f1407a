/** How an audit entry reads, and the days that one filters by. */
import type { People } from "../workspaces/people";

/** The beginning of a day here, as the server wants times; empty for none. */
export const startOf = (day: string) => (day ? new Date(`${day}T00:00`).toISOString() : "");

/** The end of a day: "to" means that day, too. */
export function dayAfter(day: string): string {
  if (!day) return "";
  const next = new Date(`${day}T00:00`);
  next.setDate(next.getDate() + 1);
  return next.toISOString();
}

/** Its details as words, people by their names. */
export function described(details: Record<string, unknown>, people: People): string {
  return Object.entries(details)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${wordsOf(name)}: ${valueOf(value, people)}`)
    .join(" · ");
}

/** `formerRole` reads as "former role". */
const wordsOf = (name: string) => name.replace(/Id$/, "").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function valueOf(value: unknown, people: People): string {
  if (Array.isArray(value)) return value.map((each) => valueOf(each, people)).join(", ");
  if (typeof value === "object" && value !== null) return `(${described(value as Record<string, unknown>, people)})`;
  return people.get(String(value))?.name ?? String(value);
}
