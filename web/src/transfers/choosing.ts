/** What is chosen of an import's preview, from what the preview suggests. */
import type { Choices, FoundChannel, FoundPerson, Preview } from "../api/transfers";

export const NOBODY = "";

/** What a channel's choice is called in its list: an action, or the channel that is added to. */
export type Way = "new" | "skip" | "again" | "conversation" | `into:${string}`;

export interface Chosen {
  people: Readonly<Record<string, string>>;
  ways: Readonly<Record<string, Way>>;
  names: Readonly<Record<string, string>>;
  keepForever: boolean;
  addColleagues: boolean;
  takeSettings: boolean;
}

export function suggested(preview: Preview): Chosen {
  return {
    people: {},
    ways: {},
    names: {},
    keepForever: preview.warnings.some((warning) => warning.type === "retention"),
    addColleagues: preview.source === "nexus" && colleagues(preview.people) > 0,
    takeSettings: preview.source === "nexus" && preview.isEmpty,
  };
}

export const colleagues = (people: readonly FoundPerson[]) =>
  people.filter((person) => person.match?.by === "colleague").length;

export function wayOf(channel: FoundChannel, chosen: Chosen): Way {
  const way = chosen.ways[channel.key];
  if (way) return way;
  return channel.action === "merge" ? `into:${channel.channelId ?? ""}` : channel.action;
}

export const newNameOf = (channel: FoundChannel, chosen: Chosen) =>
  chosen.names[channel.key] ?? channel.newName ?? channel.name;

export const personOf = (person: FoundPerson, chosen: Chosen) =>
  chosen.people[person.key] ?? (person.match?.by === "member" ? person.match.userId : NOBODY);

/** Only what differs from the suggestions is said. */
export function choicesOf(preview: Preview, chosen: Chosen): Choices {
  const people = Object.entries(chosen.people).map(([key, userId]) => [key, userId || null] as const);
  const channels = preview.channels.flatMap((channel) => {
    const choice = choiceOf(channel, chosen);
    return choice ? [[channel.key, choice] as const] : [];
  });
  const { keepForever, addColleagues, takeSettings } = chosen;
  return {
    people: Object.fromEntries(people),
    channels: Object.fromEntries(channels),
    keepForever,
    addColleagues,
    takeSettings,
  };
}

function choiceOf(channel: FoundChannel, chosen: Chosen): Choices["channels"][string] | null {
  const way = wayOf(channel, chosen);
  if (way === "skip") return { action: "skip" };
  if (way === "new") return { action: "new", name: newNameOf(channel, chosen) };
  if (way.startsWith("into:")) return { action: "merge", channelId: way.slice("into:".length) };
  return null;
}
