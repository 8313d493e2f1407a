/** What a word that was begun before the caret could become. Pure. */
import type { OwnEmoji } from "../api/emoji";
import type { CommandListed } from "../api/programs";
import { found } from "../emoji/known";
import { type Names, chosen, writtenOf } from "./names";

export interface Suggestion {
  readonly key: string;
  /** What is shown, and what takes the word's place. */
  readonly label: string;
  readonly insert: string;
  readonly kind: "person" | "group" | "everyone" | "channel" | "own" | "known" | "command";
  readonly id: string;
  /** How it goes on, and what it is for, where the name does not say. */
  readonly usage?: string;
  readonly about?: string;
}

export interface Suggested {
  /** Where the word begins and ends in the text. */
  readonly from: number;
  readonly until: number;
  readonly options: readonly Suggestion[];
}

const MOST = 8;
const MARKS = /\p{M}/gu;
const COMMAND = /^(\/[a-z0-9_-]*)$/;
const EMOJI = /(?:^|[\s(])(:[a-z0-9_+-]{2,})$/u;
/** Names have whatever people write in them: what is none is found out by looking for it. */
const NAME = /(?:^|[\s(])([@#](?!\s)[^@#\n]{0,60})$/u;
/** The shortest first: what follows a name could belong to it. */
const BEGUN = [COMMAND, EMOJI, NAME];
const NOTHING: readonly Suggestion[] = [];
const NONE: readonly CommandListed[] = [];

export function suggested(
  content: string,
  caret: number,
  names: Names,
  own: readonly OwnEmoji[],
  commands: readonly CommandListed[] = NONE,
): Suggested {
  const before = content.slice(0, caret);
  for (const begun of BEGUN.flatMap((pattern) => pattern.exec(before)?.[1] ?? [])) {
    const options = optionsFor(begun, names, own, commands);
    if (options.length === 0) continue;
    const written = begun.trimEnd().toLowerCase();
    const isWhole = names.byWritten.get(written) != null || options.some(({ insert }) => insert === written);
    return { from: caret - begun.length, until: caret, options: isWhole ? NOTHING : options.slice(0, MOST) };
  }
  return { from: caret, until: caret, options: NOTHING };
}

/** What is offered already stays where it is when more is learned: it may be about to be pressed. */
export function inPlace(before: readonly Suggestion[], now: readonly Suggestion[]): readonly Suggestion[] {
  const byKey = new Map(now.map((option) => [option.key, option]));
  const held = before.flatMap(({ key }) => byKey.get(key) ?? []);
  return [...held, ...now.filter(({ key }) => !before.some((option) => option.key === key))].slice(0, MOST);
}

function optionsFor(
  begun: string,
  names: Names,
  own: readonly OwnEmoji[],
  commands: readonly CommandListed[],
): readonly Suggestion[] {
  if (begun.startsWith("/")) return commandsFor(begun.slice(1), commands);
  return begun.startsWith(":") ? emojiFor(begun.slice(1), own) : namedFor(begun, names);
}

function commandsFor(begun: string, commands: readonly CommandListed[]): Suggestion[] {
  return commands
    .filter(({ name }) => name.startsWith(begun))
    .map(({ name, usage, description }) => ({
      ...{ key: name, label: `/${name}`, insert: `/${name}`, kind: "command" as const, id: name },
      ...{ usage, about: description },
    }));
}

function namedFor(begun: string, names: Names): Suggestion[] {
  const wanted = folded(begun);
  return names.all
    .filter((named) => isLike(folded(writtenOf(named)), wanted))
    .sort((a, b) => rank(writtenOf(a), wanted) - rank(writtenOf(b), wanted) || a.name.localeCompare(b.name))
    .map((named) => ({
      ...{ key: named.code, label: writtenOf(named), insert: chosen(named, names), kind: named.kind, id: named.id },
    }));
}

function emojiFor(begun: string, own: readonly OwnEmoji[]): Suggestion[] {
  const mine = own
    .filter(({ name }) => name.includes(begun))
    .map(({ id, name }) => ({ key: id, label: `:${name}:`, insert: `:${name}:`, kind: "own" as const, id: name }));
  const known = found(begun).map(({ emoji, words }) => ({
    ...{ key: emoji, label: `${emoji} ${words.split(" ").slice(0, 2).join(" ")}`, insert: emoji, id: emoji },
    kind: "known" as const,
  }));
  return [...mine, ...known];
}

/** A name is found by the beginning of any of its words. */
const isLike = (written: string, wanted: string) =>
  written.startsWith(wanted) || (written[0] === wanted[0] && written.includes(` ${wanted.slice(1)}`));

const rank = (written: string, wanted: string) => (folded(written).startsWith(wanted) ? 0 : 1);

/** Whoever writes "@siobhan" or "@ilker" means Siobhán or İlker. */
const folded = (written: string) => written.normalize("NFD").replace(MARKS, "").toLowerCase();
