/** Chooses people of a workspace by name. */
import { useState } from "react";

import type { WorkspaceMember } from "../api/types";
import { PresenceDot } from "../presence/PresenceDot";
import { text } from "../text";
import { Face } from "../ui/Face";
import { SearchField } from "../ui/SearchField";

interface Props {
  people: readonly WorkspaceMember[];
  chosen: readonly string[];
  limit: number;
  none: string;
  onChange: (chosen: string[]) => void;
}

export function PeoplePicker({ people, chosen, limit, none, onChange }: Props) {
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const found = people.filter((person) => `${person.name} ${person.email}`.toLowerCase().includes(wanted));
  const toggle = (id: string) =>
    onChange(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);
  if (people.length === 0) return <p className="quiet">{none}</p>;
  return (
    <>
      <SearchField label={text.people.search} value={search} onChange={setSearch} />
      <ul className="rows rows-tall">
        {found.map((person) => (
          <li key={person.userId}>
            <label className="row row-choice">
              <input
                type="checkbox"
                aria-label={person.name}
                checked={chosen.includes(person.userId)}
                disabled={chosen.length >= limit && !chosen.includes(person.userId)}
                onChange={() => toggle(person.userId)}
              />
              <span className="face-with-dot">
                <Face id={person.userId} name={person.name} avatarUrl={person.avatarUrl} />
                <PresenceDot userId={person.userId} />
              </span>
              <span className="row-main">
                <strong className="clip">{person.name}</strong>
                <small className="clip">{person.email}</small>
              </span>
            </label>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="quiet">{text.people.none}</p>}
    </>
  );
}
