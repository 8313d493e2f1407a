/** Names and emoji offered while one writes; chosen by Enter, Tab or a press. */
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useId, useMemo, useRef, useState } from "react";

import { listCommands } from "../api/programs";
import { NamedEmoji } from "../emoji/EmojiPicture";
import { useOwnEmoji } from "../emoji/own";
import { useGroups } from "../groups/groups";
import { keys } from "../live/queries";
import { text } from "../text";
import { Face } from "../ui/Face";
import { Icon } from "../ui/icons";
import { type Field, insertAt } from "../ui/typing";
import { usePeople } from "../workspaces/people";
import type { Names } from "./names";
import { type Suggestion, inPlace, suggested } from "./suggesting";

export function useSuggestions(
  workspaceId: string,
  names: Names,
  content: string,
  field: Field,
  takesCommands = false,
) {
  const own = useOwnEmoji(workspaceId);
  const { data: commands } = useQuery({
    queryKey: keys.commands(workspaceId),
    queryFn: () => listCommands(workspaceId),
    enabled: takesCommands && content.startsWith("/"),
  });
  const [caret, setCaret] = useState(0);
  const [place, setPlace] = useState(0);
  const [dismissed, setDismissed] = useState("");
  const listId = useId();
  const known = takesCommands ? commands : undefined;
  const found = useMemo(
    () => suggested(content, caret, names, own, known),
    [content, caret, names, own, known],
  );
  const { from, until } = found;
  const word = content.slice(from, until);
  const offered = useRef<{ word: string; options: readonly Suggestion[] }>({ word, options: [] });
  const options = offered.current.word === word ? inPlace(offered.current.options, found.options) : found.options;
  offered.current = { word, options };
  const isOpen = options.length > 0 && dismissed !== content;
  const active = Math.min(place, options.length - 1);
  function choose({ insert }: Suggestion) {
    setPlace(0);
    if (field.current) insertAt(field.current, from, until, `${insert} `);
  }
  /** Whether the key was meant for the list. */
  function pressed(event: KeyboardEvent): boolean {
    const option = options[active];
    if (!isOpen || !option) return false;
    if (event.key === "ArrowDown") setPlace((active + 1) % options.length);
    else if (event.key === "ArrowUp") setPlace((active - 1 + options.length) % options.length);
    else if (event.key === "Escape") setDismissed(content);
    else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") choose(option);
    else return false;
    event.preventDefault();
    return true;
  }
  return {
    ...{ isOpen, options, active, listId, choose, pressed, workspaceId },
    field: {
      // What no key wrote moves the caret, too.
      onInput: (event: React.FormEvent<HTMLTextAreaElement>) => setCaret(event.currentTarget.selectionStart),
      onSelect: (event: React.SyntheticEvent<HTMLTextAreaElement>) => setCaret(event.currentTarget.selectionStart),
      "aria-autocomplete": "list" as const,
      "aria-controls": isOpen ? listId : undefined,
      "aria-activedescendant": isOpen ? `${listId}-${active}` : undefined,
    },
  };
}

export function Suggestions({ of }: { of: ReturnType<typeof useSuggestions> }) {
  if (!of.isOpen) return null;
  return (
    <ul id={of.listId} className="menu suggestions" role="listbox" aria-label={text.mentioning.list}>
      {of.options.map((option, place) => (
        <li
          key={option.key}
          id={`${of.listId}-${place}`}
          className="menu-item"
          role="option"
          aria-selected={place === of.active}
          data-highlighted={place === of.active || undefined}
          data-testid="suggestion"
          onMouseDown={(event) => (event.preventDefault(), of.choose(option))}
        >
          <Sign option={option} workspaceId={of.workspaceId} />
        </li>
      ))}
    </ul>
  );
}

function Sign({ option, workspaceId }: { option: Suggestion; workspaceId: string }) {
  const person = usePeople(workspaceId).get(option.id);
  const group = useGroups(workspaceId).find(({ id }) => id === option.id);
  const words = text.mentioning;
  switch (option.kind) {
    case "person":
      return (
        <>
          <Face id={option.id} name={person?.name ?? ""} avatarUrl={person?.avatarUrl} size="small" />
          <span className="clip">{option.label}</span>
          <small className="clip">{person?.email}</small>
        </>
      );
    case "group":
      return (
        <>
          <Icon name="people" size={16} />
          <span className="clip">{option.label}</span>
          <small>{words.group(group?.memberIds.length ?? 0)}</small>
        </>
      );
    case "everyone":
      return (
        <>
          <Icon name="people" size={16} />
          <span>{option.label}</span>
          <small className="clip">{option.id === "here" ? words.here : words.channel}</small>
        </>
      );
    case "own":
      return (
        <>
          <NamedEmoji name={option.id} /> <span className="clip">{option.label}</span>
        </>
      );
    case "command":
      return (
        <>
          <span>{option.label}</span>
          <small className="clip command-usage">{option.usage}</small>
          <small className="clip command-about">{option.about}</small>
        </>
      );
    default:
      return <span className="clip">{option.label}</span>;
  }
}
