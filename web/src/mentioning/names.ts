/**
 * People write names, the server reads ids: `@Bo Larsen` becomes `<@id>`, and back when a message is edited.
 * A name that two have stands for neither; in code nothing is changed.
 */
import { useMemo } from "react";

import { useChannels } from "../channels/listed";
import { useGroups } from "../groups/groups";
import { Asking, askFor, useOthers } from "../workspaces/others";
import { isActive, isDirect, knownOf, useMembers } from "../workspaces/people";

export interface Named {
  readonly kind: "person" | "group" | "everyone" | "channel";
  readonly name: string;
  /** As the server reads it. */
  readonly code: string;
  readonly id: string;
}

export interface Names {
  readonly all: readonly Named[];
  /** By `@name` or `#name` in small letters; null for a name that several have. */
  readonly byWritten: ReadonlyMap<string, Named | null>;
  readonly byCode: ReadonlyMap<string, Named>;
  readonly longest: number;
}

const EVERYONE: readonly Named[] = ["channel", "here"].map((name) => ({
  ...{ kind: "everyone", name, code: `<!${name}>`, id: name },
})) as readonly Named[];
const CODE = /```[\s\S]*?(?:```|$)|`[^`\n]+`/g;
const START = /(?<![\p{L}\p{N}_@#&/\\<])[@#]/gu;
const IN_WORD = /[\p{L}\p{N}_]/u;
const REFERENCE = /<(?:@|#|!group:)[0-9a-f-]{36}>|<!(?:channel|here)>/g;

export function useNames(workspaceId: string): Names {
  const members = useMembers(workspaceId);
  const others = useOthers(workspaceId);
  const groups = useGroups(workspaceId);
  const channels = useChannels(workspaceId);
  return useMemo(() => {
    const all = [...knownOf(others).filter(isActive), ...members];
    const people = [...new Map(all.map((member) => [member.userId, member])).values()];
    const names = namesOf([
      ...people.map(({ userId, name }) => ({ kind: "person", name, code: `<@${userId}>`, id: userId }) as const),
      ...groups.map(({ id, name }) => ({ kind: "group", name, code: `<!group:${id}>`, id }) as const),
      ...channels
        .filter((channel) => !isDirect(channel) && channel.name)
        .map(({ id, name }) => ({ kind: "channel", name: name ?? "", code: `<#${id}>`, id }) as const),
    ]);
    if (members.length === 0) return names;
    return { ...names, byCode: new Asking(names.byCode, (code) => askForNamed(workspaceId, code)) };
  }, [workspaceId, members, others, groups, channels]);
}

function askForNamed(workspaceId: string, code: string): void {
  if (code.startsWith("<@")) askFor(workspaceId, code.slice(2, -1));
}

export function namesOf(listed: readonly Named[]): Names {
  const all = [...EVERYONE, ...listed];
  const byWritten = new Map<string, Named | null>();
  for (const named of all) {
    const written = writtenOf(named).toLowerCase();
    byWritten.set(written, byWritten.has(written) ? null : named);
  }
  return {
    ...{ all, byWritten },
    byCode: new Map(all.map((named) => [named.code, named])),
    longest: Math.max(...all.map((named) => named.name.length + 1)),
  };
}

export const writtenOf = ({ kind, name }: Named) => `${kind === "channel" ? "#" : "@"}${name}`;

/** What is put into the text for somebody who was chosen: the name, unless it says too little. */
export const chosen = (named: Named, names: Names) =>
  names.byWritten.get(writtenOf(named).toLowerCase()) === named ? writtenOf(named) : named.code;

export function encoded(content: string, names: Names): string {
  return outsideCode(content, (piece) => {
    let result = "";
    let from = 0;
    for (const { index } of piece.matchAll(START)) {
      if (index < from) continue;
      const named = namedAt(piece, index, names);
      if (!named) continue;
      result += piece.slice(from, index) + named.code;
      from = index + writtenOf(named).length;
    }
    return result + piece.slice(from);
  });
}

/** For changing what was sent: ids of whom one knows are names again. */
export function decoded(content: string, names: Names): string {
  return outsideCode(content, (piece) =>
    piece.replace(REFERENCE, (code) => {
      const named = names.byCode.get(code);
      return named ? chosen(named, names) : code;
    }),
  );
}

/** The longest name that is written there as a whole word. */
function namedAt(piece: string, index: number, names: Names): Named | null {
  const rest = piece.slice(index, index + names.longest);
  for (let length = rest.length; length > 1; length -= 1) {
    // In small letters some are longer.
    const named = names.byWritten.get(rest.slice(0, length).toLowerCase());
    if (named && !IN_WORD.test(piece[index + length] ?? " ")) return named;
  }
  return null;
}

function outsideCode(content: string, change: (piece: string) => string): string {
  let result = "";
  let from = 0;
  for (const match of content.matchAll(CODE)) {
    result += change(content.slice(from, match.index)) + match[0];
    from = match.index + match[0].length;
  }
  return result + change(content.slice(from));
}
