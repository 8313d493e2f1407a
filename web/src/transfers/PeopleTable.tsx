/** The people of an import, and who of this workspace each is. */
import type { FoundPerson, Preview } from "../api/transfers";
import { text } from "../text";
import { useMembers } from "../workspaces/people";
import { type Chosen, NOBODY, personOf } from "./choosing";

/** More would make the page slow; the others are recognized by their e-mail addresses. */
const MOST = 500;

interface Props {
  workspaceId: string;
  preview: Preview;
  chosen: Chosen;
  onChange: (part: Partial<Chosen>) => void;
}

export function PeopleTable({ workspaceId, preview, chosen, onChange }: Props) {
  const members = useMembers(workspaceId);
  const words = text.transfers;
  return (
    <div className="transfer-table">
      <table>
        <caption>
          {words.people} <small className="transfer-note">{words.peopleAre}</small>
        </caption>
        <thead>
          <tr>
            <th scope="col">{words.person}</th>
            <th scope="col">{words.messages}</th>
            <th scope="col">{words.isHere}</th>
          </tr>
        </thead>
        <tbody>
          {preview.people.slice(0, MOST).map((person) => (
            <tr key={person.key} data-testid="import-person">
              <td>
                <strong>{person.name}</strong>{" "}
                <small className="transfer-note">{person.isBot ? words.program : person.email}</small>
              </td>
              <td>{person.messages.toLocaleString("en")}</td>
              <td>
                {person.match?.by === "before" ? (
                  words.before
                ) : (
                  <select
                    className="input input-small"
                    aria-label={words.whoIs(person.name)}
                    value={personOf(person, chosen)}
                    onChange={(event) =>
                      onChange({ people: { ...chosen.people, [person.key]: event.target.value } })
                    }
                  >
                    <option value={NOBODY}>{nobody(person, chosen)}</option>
                    {members.map((member) => (
                      <option key={member.userId} value={member.userId}>
                        {member.name}
                      </option>
                    ))}
                  </select>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {preview.people.length > MOST && <p className="quiet">{words.more(preview.people.length - MOST)}</p>}
    </div>
  );
}

/** Without a choice, a colleague who is to become a member is that colleague. */
function nobody(person: FoundPerson, chosen: Chosen): string {
  const isColleague = person.match?.by === "colleague" && chosen.addColleagues && !(person.key in chosen.people);
  return isColleague ? text.transfers.colleague(person.match?.name ?? person.name) : text.transfers.placeholder;
}
