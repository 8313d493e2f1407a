/** A group that is named in a message: who is in it shows when one presses the name. */
import { Popover } from "radix-ui";

import { text } from "../text";
import { Face } from "../ui/Face";
import { useHere } from "../workspaces/here";
import { type People, nameOf } from "../workspaces/people";
import { useGroups } from "./groups";

const MOST_SHOWN = 50;

export function GroupMention({ groupId, people }: { groupId: string; people: People }) {
  const group = useGroups(useHere()).find(({ id }) => id === groupId);
  if (!group) {
    return (
      <span className="mention" data-testid="mention">
        @{text.groups.unknown}
      </span>
    );
  }
  const names = group.memberIds.slice(0, MOST_SHOWN).map((id) => nameOf(people, id));
  const words = text.groups;
  return (
    <Popover.Root>
      <Popover.Trigger className="mention" title={text.names(names) || words.nobody} data-testid="mention">
        @{group.name}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content className="menu group-card" sideOffset={4} collisionPadding={8} aria-label={group.name}>
          <strong>@{group.name}</strong>
          {group.description && <p>{group.description}</p>}
          <p className="menu-label">{words.size(group.memberIds.length)}</p>
          <ul>
            {group.memberIds.slice(0, MOST_SHOWN).map((id) => (
              <li key={id}>
                <Face id={id} name={nameOf(people, id)} avatarUrl={people.get(id)?.avatarUrl} size="small" />
                <span className="clip">{nameOf(people, id)}</span>
              </li>
            ))}
          </ul>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
